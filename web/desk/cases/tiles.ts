// The desk's pages of packages, read once per language.
import { shallowRef, watch, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { readPages, type PageTile } from '@shared/pages';

const known = shallowRef<PageTile[] | null>(null);
let language = '';

export function useTiles(): Ref<PageTile[] | null> {
  const { locale } = useI18n();
  watch(locale, (wanted) => {
    if (language === wanted) return;
    language = wanted;
    readPages('desk').then((read) => { if (language === wanted) known.value = read; }, () => { language = ''; known.value ??= []; });
  }, { immediate: true });
  return known;
}

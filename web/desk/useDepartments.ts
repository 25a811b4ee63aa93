// Departments by id, as the catalogue names them in the reader's language; read once a language.
import { computed, shallowRef, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { may } from '@shared/session';
import { catalog } from './catalog';

const known = shallowRef<Record<string, ReadonlyMap<string, string>>>({});
const asked = new Set<string>();

export function useDepartments(): ComputedRef<ReadonlyMap<string, string>> {
  const { locale } = useI18n();
  return computed(() => {
    const language = locale.value;
    if (!asked.has(language) && may('catalog.read')) {
      asked.add(language);
      catalog.find({ state: 'all' }).then((list) => {
        const values = list.facets.find((facet) => facet.name === 'provider')?.values ?? [];
        known.value = { ...known.value, [language]: new Map(values.map((one) => [one.id, one.title])) };
      }, () => asked.delete(language));
    }
    return known.value[language] ?? new Map<string, string>();
  });
}

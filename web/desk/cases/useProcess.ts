// A process as the hub declares it now, read once for all parts of a page.
import { useI18n } from 'vue-i18n';
import { shallowRef, watch, type Ref } from 'vue';
import { cases, type Process } from '@shared/cases';

export function useProcess(id: () => string | null | undefined): Ref<Process | null> {
  const { locale } = useI18n();
  const process = shallowRef<Process | null>(null);
  watch([id, locale], async ([wanted]) => {
    if (!wanted) { process.value = null; return; }
    const read = await cases.process(wanted as string).catch(() => null);
    if (id() === wanted) process.value = read;
  }, { immediate: true });
  return process;
}

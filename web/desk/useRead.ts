// Reads something for a page and says how it went; reads again when its inputs or the language change.
import { ref, shallowRef, watch, type Ref, type WatchSource } from 'vue';
import { useI18n } from 'vue-i18n';

export interface Reading<Value> {
  value: Ref<Value | null>;
  failure: Ref<unknown>;
  loading: Ref<boolean>;
  again: () => Promise<void>;
}

export function useRead<Value>(read: () => Promise<Value>, inputs: WatchSource[] = []): Reading<Value> {
  const { locale } = useI18n();
  const value = shallowRef<Value | null>(null) as Ref<Value | null>;
  const failure = shallowRef<unknown>(null);
  const loading = ref(true);
  let turn = 0;

  async function again(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const found = await read();
      if (mine !== turn) return;
      value.value = found;
      failure.value = null;
    } catch (cause) {
      if (mine === turn) failure.value = cause;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  watch([...inputs, locale], () => void again(), { immediate: true });
  return { value, failure, loading, again };
}

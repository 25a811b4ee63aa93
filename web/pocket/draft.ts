// What is half filled stands sealed in the vault after each change: a call, a dead battery or a sign-in takes nothing away.
import { onMounted, watch, type Ref } from 'vue';
import type { FormValues } from '@shared/forms/model';
import { theVault } from './shift';

const pause_ms = 400;

export function useDraft<Value extends FormValues | unknown[]>(id: () => string, value: Ref<Value>): { keep: () => Promise<void>; clear: () => Promise<void> } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ready = false;
  const keep = async (): Promise<void> => {
    clearTimeout(timer);
    await (await theVault())?.put('draft', id(), value.value).catch(() => undefined);
  };
  onMounted(async () => {
    const kept = await (await theVault())?.get<Value>('draft', id()).catch(() => null);
    if (kept) value.value = Array.isArray(kept) ? kept : { ...value.value, ...kept };
    ready = true;
  });
  watch(value, () => {
    if (!ready) return;
    clearTimeout(timer);
    timer = setTimeout(() => void keep(), pause_ms);
  }, { deep: true });
  return {
    keep,  // now, without waiting for a pause
    async clear() {
      clearTimeout(timer);
      await (await theVault())?.remove('draft', id());
    },
  };
}

// What is half filled stands sealed in the vault after each change: a call, a dead battery or a sign-in takes nothing away.
import { onMounted, watch, type Ref } from 'vue';
import type { FormValues } from '@shared/forms/model';
import type { Along } from '@shared/offline/vault';
import { theVault } from './shift';

const pause_ms = 400;

export interface Draft<Value> {
  // What is to stand instead, to be written along with something else; whatever was still to be written comes before it, or not at all.
  instead: (next: Value) => Promise<Along>;
  clear: () => Promise<void>;
}

export function useDraft<Value extends FormValues | unknown[]>(id: () => string, value: Ref<Value>): Draft<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written: Promise<unknown> = Promise.resolve();
  let ready = false;
  const keep = (): void => {
    const now = JSON.parse(JSON.stringify(value.value)) as Value;
    written = written.then(async () => (await theVault())?.put('draft', id(), now)).catch(() => undefined);
  };
  onMounted(async () => {
    const kept = await (await theVault())?.get<Value>('draft', id()).catch(() => null);
    if (kept) value.value = Array.isArray(kept) ? kept : { ...value.value, ...kept };
    ready = true;
  });
  watch(value, () => {
    if (!ready) return;
    clearTimeout(timer);
    timer = setTimeout(keep, pause_ms);
  }, { deep: true });
  return {
    async instead(next) {
      clearTimeout(timer);
      await written;
      return { kind: 'draft', id: id(), value: next };
    },
    async clear() {
      clearTimeout(timer);
      await written;
      await (await theVault())?.remove('draft', id());
    },
  };
}

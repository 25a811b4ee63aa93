// Something sent once: a second touch while it is under way does nothing, and where no answer came it is sent again under the same key.
import { ref, type Ref } from 'vue';
import { keyAfter, newIdempotencyKey } from './api';

export interface Sending {
  busy: Ref<boolean>;
  // False where something was under way already. What `work` throws is thrown on.
  once: (work: (key: string) => Promise<void>) => Promise<boolean>;
}

export function useSending(): Sending {
  const busy = ref(false);
  let key = newIdempotencyKey();
  return {
    busy,
    async once(work) {
      if (busy.value) return false;
      busy.value = true;
      try {
        await work(key);
        key = newIdempotencyKey();
        return true;
      } catch (cause) {
        key = keyAfter(cause, key);
        throw cause;
      } finally {
        busy.value = false;
      }
    },
  };
}

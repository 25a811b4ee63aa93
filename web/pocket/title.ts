// What stands in the bar: each page says its own.
import { ref, watchEffect } from 'vue';

export const title = ref('');

export function useTitle(words: () => string): void {
  watchEffect(() => { title.value = words(); });
}

// Who acts on the catalogue, asked once and kept in the browser until there are accounts.
import { ref, watch, type Ref } from 'vue';

const place = 'jingwei.actor';
const actor = ref(localStorage.getItem(place) ?? '');
watch(actor, (name) => localStorage.setItem(place, name));

export function useActor(): Ref<string> {
  return actor;
}

// The hub's name and zone; without network, as they were last read.
import { ref, type Ref } from 'vue';
import { api } from '@shared/api';
import type { SystemInfo } from '@shared/types';

const key = 'jingwei.pocket.system';
const known = ref<SystemInfo | null>(kept());
let asked = false;

// Nothing personal stands in it.
function kept(): SystemInfo | null {
  try {
    const text = localStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as SystemInfo);
  } catch {
    return null;
  }
}

export function useSystem(): Ref<SystemInfo | null> {
  if (!asked) {
    asked = true;
    api.system().then((read) => {
      known.value = read;
      try {
        localStorage.setItem(key, JSON.stringify(read));
      } catch {
        // Without storage it is asked again next time.
      }
    }, () => { asked = false; });
  }
  return known;
}

export const zone = (): string => known.value?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

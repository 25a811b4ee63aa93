// Facts about this hub, read once for all pages of the desk.
import { shallowRef } from 'vue';
import { api } from '@shared/api';
import type { SystemInfo } from '@shared/types';

const system = shallowRef<SystemInfo | null>(null);
let asked = false;

export function useSystem() {
  if (!asked) {
    asked = true;
    api.system().then((read) => { system.value = read; }, () => { asked = false; });
  }
  return system;
}

export function zoneOf(known: SystemInfo | null): string {
  return known?.zone ?? 'Asia/Shanghai';
}

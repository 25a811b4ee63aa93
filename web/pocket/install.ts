// The browser's offer to put the page on the home screen: made once, often before any page listens, and taken when the reader wants it.
import { shallowRef } from 'vue';

export interface InstallEvent extends Event { prompt(): Promise<unknown> }

export const install = shallowRef<InstallEvent | null>(null);

export function listenForInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    install.value = event as InstallEvent;
  });
  addEventListener('appinstalled', () => { install.value = null; });
}

// The service worker: registered once, and what it has to say. A new version waits until the reader takes it.
import { ref } from 'vue';

export const newVersion = ref(false);
let waiting: ServiceWorker | null = null;

function watch(registration: ServiceWorkerRegistration): void {
  const ready = (): void => {
    if (registration.waiting === null || navigator.serviceWorker.controller === null) return;
    waiting = registration.waiting;
    newVersion.value = true;
  };
  ready();
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', ready));
}

export function startWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Refused in private windows and on sites without TLS: the page works all the same, with a network.
  navigator.serviceWorker.register('/pocket/sw.js', { scope: '/pocket/' }).then(watch, () => undefined);
}

export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting?.postMessage('renew');
}

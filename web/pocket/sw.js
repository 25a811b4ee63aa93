// Keeps the phone page's own files, so that it opens without network. Answers of the hub are never kept here: what a shift needs of them stands
// sealed in the vault (shared/offline/vault.ts). FILES and VERSION are filled in by the build (precache.ts).
const version = '__VERSION__';
const files = __FILES__;
const start = '/pocket/';
const cache_name = `jingwei-pocket-${version}`;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cache_name).then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'no-cache' })))));
});

self.addEventListener('activate', (event) => {
  const tidy = caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith('jingwei-pocket-') && name !== cache_name).map((name) => caches.delete(name))));
  event.waitUntil(tidy.then(() => self.clients.claim()));
});

// A new version waits until the reader says so: a form half filled is not taken away.
self.addEventListener('message', (event) => {
  if (event.data === 'renew') self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== self.location.origin || address.pathname.startsWith('/api/')) return;
  const page = request.mode === 'navigate' && address.pathname.startsWith(start);
  if (!page && !files.includes(address.pathname)) return;
  event.respondWith(caches.open(cache_name).then((cache) => cache.match(page ? start : address.pathname)).then((kept) => kept ?? fetch(request)));
});

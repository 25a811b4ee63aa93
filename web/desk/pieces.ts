// Sends a large file in pieces. Each piece that was answered is on the hub's disk, so that a lost connection or a closed page costs one
// piece: the same file, chosen again, goes on where it stood.
import { api_root, Problem, problemOf, withQuery } from '@shared/api';
import { currentLanguage } from '@shared/language';
import type { Batch } from '@shared/types';
import type { components } from '@shared/api.d';

type Upload = components['schemas']['Upload'];

// Files from this size on go in pieces; smaller ones in one request.
export const whole_most = 8 * 1024 * 1024;
const waits_ms = [1_000, 2_000, 5_000, 10_000, 30_000];
const remembered = 'jingwei.upload.';

export interface PieceWatch {
  sent: (bytes: number) => void;
  // True while the hub cannot be reached and the next try is waited for.
  waiting: (waiting: boolean) => void;
  stopped: () => boolean;
  // What stops the request under way.
  onStop: (stop: () => void) => void;
}

// What makes a file the same for a reader who chooses it again.
export function keyOf(resource: string, file: Pick<File, 'name' | 'size' | 'lastModified'>): string {
  return `${remembered}${resource}|${file.name}|${file.size}|${file.lastModified}`;
}

function request<Answer>(method: string, path: string, body: Blob | string | null, watch: PieceWatch, from = 0): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const http = new XMLHttpRequest();
    http.open(method, path);
    http.setRequestHeader('Accept-Language', currentLanguage());
    if (body !== null) http.setRequestHeader('Content-Type', typeof body === 'string' ? 'application/json' : 'application/octet-stream');
    if (body instanceof Blob) http.upload.onprogress = (event) => watch.sent(from + event.loaded);
    http.onerror = () => reject(new Problem(0, {}));
    http.onabort = () => reject(new Problem(0, {}));
    http.onload = () => {
      if (http.status >= 200 && http.status < 300) resolve(JSON.parse(http.responseText) as Answer);
      else void problemOf(http, http.responseText).then(reject);
    };
    watch.onStop(() => http.abort());
    http.send(body);
  });
}

// Until the network is said to be back, or the time has passed, or it is stopped.
function rest(ms: number, watch: PieceWatch): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      globalThis.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener('online', done);
    watch.onStop(done);
  });
}

const passes = (cause: unknown): boolean => cause instanceof Problem && (cause.status === 0 || cause.status >= 500 || cause.status === 429);

// Again and again while the hub cannot be reached; other refusals are final.
async function patiently<Answer>(ask: () => Promise<Answer>, watch: PieceWatch): Promise<Answer> {
  for (let tries = 0; ; ++tries) {
    try {
      const answer = await ask();
      watch.waiting(false);
      return answer;
    } catch (cause) {
      if (watch.stopped() || !passes(cause)) throw cause;
      watch.waiting(true);
      await rest(waits_ms[Math.min(tries, waits_ms.length - 1)], watch);
      if (watch.stopped()) throw cause;
    }
  }
}

async function begin(resource: string, file: File, watch: PieceWatch): Promise<Upload> {
  const known = localStorage.getItem(keyOf(resource, file));
  if (known !== null) {
    try {
      return await patiently(() => request<Upload>('GET', `${api_root}/uploads/${encodeURIComponent(known)}`, null, watch), watch);
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.status !== 404) throw cause;
    }
  }
  const wanted = JSON.stringify({ resource, filename: file.name, bytes: file.size });
  const upload = await patiently(() => request<Upload>('POST', `${api_root}/uploads`, wanted, watch), watch);
  localStorage.setItem(keyOf(resource, file), upload.id);
  return upload;
}

export async function sendInPieces(resource: string, file: File, watch: PieceWatch): Promise<Batch> {
  let upload = await begin(resource, file, watch);
  const path = `${api_root}/uploads/${encodeURIComponent(upload.id)}`;
  while (upload.batch === null && upload.received < file.size) {
    if (watch.stopped()) throw new Problem(0, {});
    const from = upload.received;
    watch.sent(from);
    const piece = file.slice(from, Math.min(file.size, from + Math.min(upload.piece_bytes, whole_most)));
    try {
      upload = await request<Upload>('PATCH', withQuery(path, { offset: from }), piece, watch, from);
      watch.waiting(false);
    } catch (cause) {
      // The hub knows best which bytes it has: after a lost answer the piece may be there all the same.
      const elsewhere = cause instanceof Problem && cause.status === 409;
      if (watch.stopped() || (!passes(cause) && !elsewhere)) throw cause;
      watch.waiting(true);
      await rest(waits_ms[0], watch);
      upload = await patiently(() => request<Upload>('GET', path, null, watch), watch);
    }
  }
  const batch = await patiently(() => request<Batch>('POST', `${path}/complete`, null, watch), watch);
  localStorage.removeItem(keyOf(resource, file));
  return batch;
}

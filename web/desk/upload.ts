// Sends files one after another, straight from disk, and follows each batch until it is done.
import { reactive } from 'vue';
import { api_root, newIdempotencyKey, Problem, problemOf, withQuery } from '@shared/api';
import { isRunning } from '@shared/batch';
import { currentLanguage } from '@shared/language';
import { openLive, type Live } from '@shared/sse';
import type { Batch } from '@shared/types';
import { sendInPieces, whole_most } from './pieces';

export type SendState = 'waiting' | 'sending' | 'received' | 'failed';

export interface Sending {
  key: string;
  resource: string;
  file: File;
  state: SendState;
  sent: number;
  away: boolean;  // the hub cannot be reached just now
  batch: Batch | null;
  failure: unknown;
  stop: (() => void) | null;
}

export function mediaTypeOf(filename: string): string {
  if (/\.csv$/i.test(filename)) return 'text/csv';
  if (/\.(jsonl|ndjson)$/i.test(filename)) return 'application/x-ndjson';
  if (/\.json$/i.test(filename)) return 'application/json';
  if (/\.(xlsx|xlsm)$/i.test(filename)) return 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  if (/\.zip$/i.test(filename)) return 'application/zip';
  if (/\.gz$/i.test(filename)) return 'application/gzip';
  return 'application/octet-stream';
}

// Follows one batch by its event stream until it is finished.
export function followBatch(id: string, onBatch: (batch: Batch) => void): Live {
  return openLive({
    url: `${api_root}/batches/${encodeURIComponent(id)}/progress`,
    endIsDone: true,
    onEvent: (event) => { if (event.event === 'batch') onBatch(JSON.parse(event.data) as Batch); },
  });
}

function sendLarge(item: Sending): Promise<Batch> {
  let stopped = false;
  return sendInPieces(item.resource, item.file, {
    sent: (bytes) => { item.sent = bytes; },
    waiting: (away) => { item.away = away; },
    stopped: () => stopped,
    onStop: (stop) => { item.stop = () => { stopped = true; stop(); }; },
  });
}

// XMLHttpRequest, because fetch does not tell how much was sent.
function send(item: Sending): Promise<Batch> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', withQuery(`${api_root}/resources/${encodeURIComponent(item.resource)}/batches`, { filename: item.file.name }));
    request.setRequestHeader('Content-Type', mediaTypeOf(item.file.name));
    request.setRequestHeader('Accept-Language', currentLanguage());
    request.setRequestHeader('Idempotency-Key', item.key);
    request.upload.onprogress = (event) => { item.sent = event.loaded; };
    request.onerror = () => reject(new Problem(0, {}));
    request.onabort = () => reject(new Problem(0, {}));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Batch);
      else void problemOf(request, request.responseText).then(reject);
    };
    item.stop = () => request.abort();
    request.send(item.file);
  });
}

// The queue outlives the page it was filled on: a reader may look elsewhere while files go out.
export const queue = reactive<Sending[]>([]);
let busy = false;

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let item = queue.find((one) => one.state === 'waiting'); item !== undefined; item = queue.find((one) => one.state === 'waiting')) {
    const current = item;
    current.state = 'sending';
    try {
      current.batch = await (current.file.size > whole_most ? sendLarge(current) : send(current));
      current.sent = current.file.size;
      current.state = 'received';
      const repeated = current.batch.repeated === true;
      if (!repeated) followBatch(current.batch.id, (batch) => { current.batch = batch; });
    } catch (cause) {
      current.failure = cause;
      current.state = 'failed';
    } finally {
      current.stop = null;
    }
  }
  busy = false;
}

export function enqueue(resource: string, files: Iterable<File>): void {
  for (const file of files) {
    queue.unshift({ key: newIdempotencyKey(), resource, file, state: 'waiting', sent: 0, away: false, batch: null, failure: null, stop: null });
  }
  void work();
}

export function isFinished(item: Sending): boolean {
  return item.state === 'failed' || (item.batch !== null && !isRunning(item.batch));
}

export function clearFinished(): void {
  for (let index = queue.length - 1; index >= 0; --index) if (isFinished(queue[index])) queue.splice(index, 1);
}

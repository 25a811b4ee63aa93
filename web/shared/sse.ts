// Server-sent events over fetch: unlike EventSource it sends the reader's language, sees HTTP errors and
// notices silence. Reconnects with growing pauses until closed.
import { currentLanguage } from './language';
import { signedOut } from './session';

export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

// Cuts a stream of text into events; keeps the unfinished rest between calls. Source: HTML standard, 9.2.6.
export class EventParser {
  private rest = '';
  private event = '';
  private data: string[] = [];
  private id = '';

  push(chunk: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.rest += chunk;
    let end: number;
    while ((end = this.rest.search(/\r\n|\n|\r/)) >= 0) {
      // A lone CR at the very end may be half of a CRLF: wait for what follows.
      if (this.rest[end] === '\r' && end === this.rest.length - 1) break;
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + (this.rest.startsWith('\r\n', end) ? 2 : 1));
      if (line === '') this.flush(events);
      else this.field(line);
    }
    return events;
  }

  private flush(events: ServerEvent[]): void {
    if (this.data.length > 0) events.push({ event: this.event || 'message', data: this.data.join('\n'), id: this.id });
    this.event = '';
    this.data = [];
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.event = value;
    else if (name === 'data') this.data.push(value);
    else if (name === 'id') this.id = value;
  }
}

// Pause before attempt n (0-based) in ms: 0.5 s doubling to 15 s, spread by ±25 % so that pages do not return in step.
export function backOff(attempt: number, random: number): number {
  const base = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.75 + random * 0.5));
}

export type LiveState = 'connecting' | 'open' | 'lost';

export interface LiveOptions {
  url: string;
  onEvent: (event: ServerEvent) => void;
  onState?: (state: LiveState) => void;
  // Called when the connection stands again after a loss: what was missed must be read anew.
  onReturn?: () => void;
  // A stream that ends by itself is finished (batch progress) rather than lost (cockpit).
  endIsDone?: boolean;
  fetch?: typeof fetch;
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  random?: () => number;
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

export interface Live {
  close(): void;
  // Settles when closed, or when the stream ended and endIsDone is set.
  done: Promise<void>;
}

// The hub beats every 15 s on every stream: one that says nothing for so long is cut off, though the network has not said so.
export const silence_ms = 45_000;

function heard<Value>(saying: Promise<Value>, giveUp: () => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      giveUp();
      reject(new Error('silence'));
    }, silence_ms);
    saying.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function readAll(response: Response, onEvent: (event: ServerEvent) => void): Promise<void> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for (;;) {
    const { value, done } = await heard(reader.read(), () => void reader.cancel().catch(() => undefined));
    if (done) return;
    for (const event of parser.push(decoder.decode(value, { stream: true }))) onEvent(event);
  }
}

export function openLive(options: LiveOptions): Live {
  const stop = new AbortController();
  const fetcher = options.fetch ?? fetch.bind(globalThis);
  const wait = options.wait ?? sleep;
  const random = options.random ?? Math.random;
  let lastId = '';
  let lostOnce = false;

  const deliver = (event: ServerEvent): void => {
    if (stop.signal.aborted) return;
    if (event.id !== '') lastId = event.id;
    options.onEvent(event);
  };

  // One connection; true when it ended in peace.
  const connect = async (): Promise<boolean> => {
    const headers: Record<string, string> = { Accept: 'text/event-stream', 'Accept-Language': currentLanguage() };
    if (lastId !== '') headers['Last-Event-ID'] = lastId;
    const response = await fetcher(options.url, { headers, signal: stop.signal, cache: 'no-store' });
    if (response.status === 401) {
      stop.abort();
      signedOut();
      return true;
    }
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    if (lostOnce) options.onReturn?.();
    options.onState?.('open');
    lostOnce = false;
    opened = true;
    await readAll(response, deliver);
    return options.endIsDone === true;
  };

  let opened = false;
  const run = async (): Promise<void> => {
    options.onState?.('connecting');
    for (let attempt = 0; !stop.signal.aborted; ++attempt) {
      opened = false;
      try {
        if (await connect()) return;
      } catch {
        // Refused, cut or closed: handled below, the same for all.
      }
      if (stop.signal.aborted) return;
      if (opened) attempt = 0;
      lostOnce = true;
      options.onState?.('lost');
      await wait(backOff(attempt, random()), stop.signal);
    }
  };

  return { close: () => stop.abort(), done: run() };
}

// Goal: no event is lost or doubled by how the network cuts the stream, and a lost stream comes back politely.
import { describe, expect, it, vi } from 'vitest';
import { backOff, EventParser, openLive, silence_ms, type LiveState, type ServerEvent } from '../shared/sse';

const text = 'event: cockpit\nid: 7\ndata: {"a":1}\n\n: heartbeat\n\nevent: batch\r\ndata: line one\r\ndata: line two\r\n\r\n';

function streamOf(...chunks: string[]): Response {
  const encoder = new TextEncoder();
  return new Response(new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  }));
}

describe('event parser', () => {
  const expected = [{ event: 'cockpit', data: '{"a":1}', id: '7' }, { event: 'batch', data: 'line one\nline two', id: '7' }];
  it('reads events, joins data lines and skips comments', () => expect(new EventParser().push(text)).toEqual(expected));
  it('reads the same however the text is cut', () => {
    for (let cut = 1; cut < text.length; ++cut) {
      const parser = new EventParser();
      expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(expected);
    }
  });
  it('gives nothing for an event without data', () => expect(new EventParser().push('event: x\n\n')).toEqual([]));
});

describe('back-off', () => {
  it('doubles from half a second to fifteen', () => {
    expect([0, 1, 2, 10, 99].map((attempt) => backOff(attempt, 0.5))).toEqual([500, 1000, 2000, 15000, 15000]);
  });
  it('spreads pages by a quarter either way', () => {
    expect(backOff(1, 0)).toBe(750);
    expect(backOff(1, 1)).toBe(1250);
  });
});

describe('live stream', () => {
  it('reconnects after a loss, asks to read anew and sends the last id', async () => {
    const states: LiveState[] = [];
    const pauses: number[] = [];
    const events: ServerEvent[] = [];
    const ids: (string | undefined)[] = [];
    let returns = 0;
    let calls = 0;
    const live = openLive({
      url: '/stream',
      random: () => 0.5,
      fetch: (async (_url: string, init: RequestInit) => {
        ids.push((init.headers as Record<string, string>)['Last-Event-ID']);
        ++calls;
        if (calls === 2 || calls === 3) throw new TypeError('refused');
        return streamOf(`id: ${calls}\ndata: hello\n\n`);
      }) as unknown as typeof fetch,
      wait: async (milliseconds) => {
        pauses.push(milliseconds);
        if (pauses.length === 4) live.close();
      },
      onEvent: (event) => events.push(event),
      onState: (state) => states.push(state),
      onReturn: () => ++returns,
    });
    await live.done;
    expect(states).toEqual(['connecting', 'open', 'lost', 'lost', 'lost', 'open', 'lost']);
    expect(pauses).toEqual([500, 1000, 2000, 500]);
    expect(events.map((event) => event.id)).toEqual(['1', '4']);
    expect(ids).toEqual([undefined, '1', '1', '1']);
    expect(returns).toBe(1);
  });
  it('takes an HTTP error for a loss, not for a stream', async () => {
    const states: LiveState[] = [];
    const live = openLive({
      url: '/stream', random: () => 0.5, onEvent: () => { throw new Error('no event expected'); }, onState: (state) => states.push(state),
      fetch: (async () => new Response('data: x\n\n', { status: 503 })) as unknown as typeof fetch, wait: async () => live.close(),
    });
    await live.done;
    expect(states).toEqual(['connecting', 'lost']);
  });
  it('is done when a finite stream ends', async () => {
    const events: ServerEvent[] = [];
    await openLive({ url: '/progress', endIsDone: true, onEvent: (event) => events.push(event), fetch: (async () => streamOf('data: 1\n\n', 'data: 2\n\n')) as unknown as typeof fetch }).done;
    expect(events.map((event) => event.data)).toEqual(['1', '2']);
  });
  it('delivers nothing after it was closed', async () => {
    const events: ServerEvent[] = [];
    const live = openLive({
      url: '/stream', fetch: (async () => streamOf('data: 1\n\n', 'data: 2\n\n')) as unknown as typeof fetch, wait: async () => undefined,
      onEvent: (event) => { events.push(event); live.close(); },
    });
    await live.done;
    expect(events.length).toBe(1);
  });
  it('takes silence longer than the hub ever keeps it for a loss, and cuts it off', async () => {
    vi.useFakeTimers();
    try {
      const states: LiveState[] = [];
      let [cut, calls] = [0, 0];
      let say: (text: string) => void = () => undefined;
      const live = openLive({
        url: '/stream', random: () => 0.5, onEvent: () => undefined, onState: (state) => states.push(state), wait: async () => { if (calls === 2) live.close(); },
        fetch: (async () => {
          ++calls;
          return new Response(new ReadableStream({
            start: (controller) => { say = (words) => controller.enqueue(new TextEncoder().encode(words)); },
            cancel: () => { ++cut; },
          }));
        }) as unknown as typeof fetch,
      });
      await vi.advanceTimersByTimeAsync(silence_ms - 1);
      say(': beat\n\n');
      await vi.advanceTimersByTimeAsync(silence_ms - 1);
      expect(states).toEqual(['connecting', 'open']);
      await vi.advanceTimersByTimeAsync(1);
      expect([states, cut, calls]).toEqual([['connecting', 'open', 'lost', 'open'], 1, 2]);
      await vi.advanceTimersByTimeAsync(silence_ms);
      await live.done;
      expect(cut).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

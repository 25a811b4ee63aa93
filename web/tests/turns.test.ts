// Goal: a late answer never stands in the place of a later one, and what is sent with one touch is sent once.
import { describe, expect, it, vi } from 'vitest';
import { strokeOf } from '../desk/registry';
import { Problem } from '../shared/api';
import { pictureSender } from '../shared/cases';
import { useSending } from '../shared/sending';
import { lastOnly, oneAndOneMore } from '../shared/turns';

function later<Value>(): { promise: Promise<Value>; settle: (value: Value) => void } {
  let settle!: (value: Value) => void;
  return { promise: new Promise<Value>((resolve) => { settle = resolve; }), settle };
}

describe('questions asked again before the answer came', () => {
  it('count by the last one only', () => {
    const begin = lastOnly();
    const [first, second] = [begin(), begin()];
    expect([first(), second()]).toEqual([false, true]);
  });
});

describe('one run at a time', () => {
  it('lets whoever asks during a run wait for one that began afterwards, all of them for the same', async () => {
    const runs = [later<number>(), later<number>(), later<number>()];
    let begun = 0;
    const ask = oneAndOneMore(() => runs[begun++].promise);
    const first = ask();
    const during = [ask(), ask()];
    expect(begun).toBe(1);
    runs[0].settle(1);
    expect(await first).toBe(1);
    await vi.waitFor(() => expect(begun).toBe(2));
    const third = ask();
    runs[1].settle(2);
    expect(await Promise.all(during)).toEqual([2, 2]);
    await vi.waitFor(() => expect(begun).toBe(3));
    runs[2].settle(3);
    expect(await third).toBe(3);
  });
  it('goes on after a run that failed', async () => {
    let begun = 0;
    const ask = oneAndOneMore(async () => { if (++begun === 1) throw new Error('x'); return begun; });
    const first = ask();
    const second = ask();
    await expect(first).rejects.toThrow('x');
    expect([await second, await ask()]).toEqual([2, 3]);
  });
});

describe('sending', () => {
  it('does nothing at a second touch while the first is under way', async () => {
    const { busy, once } = useSending();
    const work = later<void>();
    const sent: string[] = [];
    const first = once(async (key) => { sent.push(key); await work.promise; });
    expect([busy.value, await once(async (key) => { sent.push(key); })]).toEqual([true, false]);
    work.settle();
    expect([await first, busy.value, sent.length]).toEqual([true, false, 1]);
  });
  it('keeps its key until an answer came, and has another after it', async () => {
    const { once } = useSending();
    const keys: string[] = [];
    for (const answer of [new Problem(0, {}), new Problem(503, {}), null, new Problem(422, {}), null]) {
      await once(async (key) => { keys.push(key); if (answer !== null) throw answer; }).catch(() => undefined);
    }
    expect([keys[1], keys[2]]).toEqual([keys[0], keys[0]]);
    expect(new Set(keys).size).toBe(3);
  });
  it('takes each picture to the hub once, and one without an answer under its own key', async () => {
    const asked: [Blob, string][] = [];
    const give = pictureSender(async (picture, key) => {
      asked.push([picture, key]);
      if (asked.length === 2) throw new Problem(0, {});
      return { id: `hub-${asked.length}` };
    });
    const [a, b] = [new Blob(['a']), new Blob(['b'])];
    await expect(give([a, b])).rejects.toThrow();
    expect(await give([b, a])).toEqual(['hub-3', 'hub-1']);
    expect(asked.map(([picture]) => picture)).toEqual([a, b, b]);
    expect(asked[2][1]).toBe(asked[1][1]);
    expect(asked[0][1]).not.toBe(asked[1][1]);
  });
});

describe('a key about a pair', () => {
  const press = (key: string, change = {}) => strokeOf({ key, repeat: false, ctrlKey: false, metaKey: false, altKey: false, ...change });
  it('says it once, however long it is held', () => {
    expect([press('j'), press('K'), press('n'), press('u'), press('x')]).toEqual(['same', 'different', 'unsure', 'back', null]);
    expect([press('j', { repeat: true }), press('u', { repeat: true }), press('j', { ctrlKey: true })]).toEqual([null, null, null]);
  });
});

// Goal: a shift's work without network is sealed, is sent once and in order, and is lost only where the worker or the hub says so.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { localCase, Queue, sendable, type Action, type NewAction } from '../shared/offline/queue';
import { synchronise, type Outcome, type Transport, type Uploaded } from '../shared/offline/sync';
import { endShift, grace_ms, Vault } from '../shared/offline/vault';

const start = Date.parse('2020-02-14T08:00:00+08:00');
const shift_ms = 10 * 3600_000;
let now = start;
let factory: IDBFactory;
let vault: Vault;
let queue: Queue;

const action = (change: Partial<NewAction> = {}): NewAction => ({
  about: '7', made_at: new Date(now).toISOString(), kind: 'act', title: 'done', subject: '', process: 'p', process_version: 1, step: 'handle', base_version: 3, before: {}, fields: { words: 'swept' },
  words: '', photos: [], point: null, region: null, behalf: null, assignee: null, direct: false, not_before: null, ...change,
});

const rawRows = (): Promise<{ kind: string; id: string; iv: Uint8Array; body: ArrayBuffer }[]> =>
  new Promise((resolve) => {
    const opening = factory.open('jingwei-pocket');
    opening.onsuccess = () => {
      const asked = opening.result.transaction('sealed').objectStore('sealed').getAll();
      asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
    };
  });

// A hub that remembers device and sequence as the real one does; `lose` answers never arrive, and some pictures are not taken or not answered.
class FakeHub implements Transport {
  effects: string[] = [];
  pictures: string[] = [];
  asks = 'account:1';
  ended = false;
  bad: string[] = [];
  unanswered: string[] = [];
  private known = new Map<string, Outcome>();
  constructor(private readonly judge: (action: Action) => Outcome | null = () => null) {}
  lose = 0;
  async check(account: string): Promise<void> {
    if (this.ended) throw new Error('taken back');
    if (account !== this.asks) throw new Error('another');
  }
  async upload(id: string): Promise<Uploaded> {
    if (this.unanswered.includes(id)) throw new Error('lost');
    if (this.bad.includes(id)) return { kind: 'refused', refusal: { code: 'photo', sentence: 'not this picture', version: null, conflict: null } };
    this.pictures.push(id);
    return { kind: 'kept', id: `hub-${id}` };
  }
  async send(device: string, actions: readonly Action[], pictures: ReadonlyMap<string, string>): Promise<Outcome[]> {
    const outcomes = actions.map((one) => {
      const key = `${device}/${one.sequence}`;
      const before = this.known.get(key);
      if (before !== undefined) return before;
      const outcome = this.judge(one) ?? { sequence: one.sequence, kind: 'done' as const, case_id: one.kind === 'open' ? `made-${one.sequence}` : one.about, version: 10 + one.sequence };
      if (outcome.kind === 'done') this.effects.push(`${one.kind === 'open' ? 'new' : one.about}:${one.step ?? one.kind}:${one.photos.map((id) => pictures.get(id)).join()}`);
      if (outcome.kind !== 'later') this.known.set(key, outcome);
      return outcome;
    });
    if (this.lose > 0) {
      --this.lose;
      throw new Error('lost');
    }
    return outcomes;
  }
}

const refusal = (sequence: number, code = 'conflict'): Outcome => ({ sequence, kind: 'refused', refusal: { code, sentence: 'somebody was quicker', version: 5, conflict: null } });
const meanings: Record<string, 'offline' | 'signed_out' | 'taken_back'> = { lost: 'offline', another: 'signed_out', 'taken back': 'taken_back' };
const sync = (hub: Transport) => synchronise({ vault, queue, transport: hub, locks: null, now: () => now, meaning: (cause) => meanings[(cause as Error).message] ?? 'fault' });

beforeEach(async () => {
  now = start;
  factory = new IDBFactory();
  vault = await Vault.at({ factory, now: () => now });
  queue = new Queue(vault);
  await vault.open('account:1', start + shift_ms);
});

describe('the vault', () => {
  it('writes nothing readable and gives back what was put', async () => {
    await vault.put('case', '7', { name: 'Zhang Wei', phone: '13800138000' });
    expect(await vault.get('case', '7')).toEqual({ name: 'Zhang Wei', phone: '13800138000' });
    const [row] = await rawRows();
    const text = Buffer.from(row.body).toString('latin1');
    expect(text).not.toContain('Zhang');
    expect(text).not.toContain('13800138000');
  });
  it('holds a key that cannot be read out', async () => {
    const shift = await new Promise<{ key: CryptoKey }>((resolve) => {
      const opening = factory.open('jingwei-pocket');
      opening.onsuccess = () => { const asked = opening.result.transaction('shift').objectStore('shift').get('shift'); asked.onsuccess = () => resolve(asked.result); };
    });
    expect(shift.key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', shift.key)).rejects.toThrow();
  });
  it('does not open a row that was put in another’s place', async () => {
    await vault.put('case', '7', { a: 1 });
    await vault.put('case', '8', { a: 2 });
    const rows = await rawRows();
    await new Promise<void>((resolve) => {
      const opening = factory.open('jingwei-pocket');
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('sealed', 'readwrite');
        transaction.objectStore('sealed').put({ ...rows.find((row) => row.id === '8')!, id: '7' });
        transaction.oncomplete = () => resolve();
      };
    });
    await expect(vault.get('case', '7')).rejects.toThrow();
    expect(await vault.get('case', '8')).toEqual({ a: 2 });
  });
  it('never uses one initialisation vector twice', async () => {
    for (let turn = 0; turn < 40; ++turn) await vault.put('case', String(turn % 4), { turn });
    await vault.put('case', '9', {});
    const all = (await rawRows()).map((row) => Buffer.from(row.iv).toString('hex'));
    expect(new Set(all).size).toBe(all.length);
  });
  it('goes on for the same account and is wiped for another', async () => {
    await vault.put('case', '7', { a: 1 });
    const before = await vault.shift();
    await vault.open('account:1', start + shift_ms + 60_000);
    expect(await vault.get('case', '7')).toEqual({ a: 1 });
    expect((await vault.shift())!.device).toBe(before!.device);
    await vault.open('account:2', start + shift_ms);
    expect(await vault.get('case', '7')).toBeNull();
    expect(await rawRows()).toEqual([]);
    expect((await vault.shift())!.device).not.toBe(before!.device);
  });
  it('forgets at the shift’s end all but what was not sent', async () => {
    await vault.put('case', '7', { a: 1 });
    await queue.add(action());
    now = start + shift_ms - 1;
    expect(await vault.tidy()).toBe(false);
    now = start + shift_ms;
    expect(await vault.tidy()).toBe(true);
    expect(await vault.get('case', '7')).toBeNull();
    expect(await queue.all()).toHaveLength(1);
    now = start + shift_ms + grace_ms;
    await vault.tidy();
    expect(await vault.shift()).toBeNull();
    expect(await rawRows()).toEqual([]);
  });
  it('is gone at the shift’s end where all was sent', async () => {
    await vault.put('case', '7', { a: 1 });
    now = start + shift_ms;
    await vault.tidy();
    expect(await vault.shift()).toBeNull();
  });
  it('writes nothing where no shift is open', async () => {
    await vault.wipe();
    await expect(vault.put('case', '7', { a: 1 })).rejects.toThrow('no shift is open');
    await expect(queue.add(action())).rejects.toThrow('no shift is open');
  });
  it('writes nothing under a key wiped while it was sealed', async () => {
    const other = await Vault.at({ factory, now: () => now });
    const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
    for (const write of [() => vault.put('case', '7', { a: 1 }), () => queue.add(action()), () => vault.replaceAll('case', [{ id: '7', value: {} }])]) {
      await vault.open('account:1', start + shift_ms);
      const spy = vi.spyOn(crypto.subtle, 'encrypt').mockImplementation(async (...given) => { await other.wipe(); return encrypt(...given); });
      try {
        await expect(write()).rejects.toThrow('the shift was wiped');
      } finally {
        spy.mockRestore();
      }
      expect(await rawRows()).toEqual([]);
    }
  });
  it('ends where one signs out on another page: what is not sent waits for the same account, and nothing else is left', async () => {
    await vault.put('case', '7', { name: 'Zhang Wei' });
    await vault.put('me', 'me', { actor: 'account:1' });
    await queue.add(action());
    now = start + 60_000;
    await endShift({ factory, now: () => now });
    expect([await vault.get('case', '7'), await vault.get('me', 'me')]).toEqual([null, null]);
    await vault.open('account:1', now + shift_ms);
    expect(await queue.all()).toHaveLength(1);
    await queue.drop(1);
    await endShift({ factory, now: () => now });
    expect(await vault.shift()).toBeNull();
  });
  it('knows how much of another’s work a shift would lose', async () => {
    await queue.add(action());
    await queue.add(action());
    expect([await vault.unsentOfAnother('account:1'), await vault.unsentOfAnother('account:2')]).toEqual([0, 2]);
    now = start + shift_ms + grace_ms;
    expect(await vault.unsentOfAnother('account:2')).toBe(0);
  });
  it('is on the disk before a change of it counts as done', async () => {
    const modes: string[] = [];
    const base = (vault as unknown as { base: IDBDatabase }).base;
    const begin = base.transaction.bind(base);
    base.transaction = (stores, mode, options) => {
      if (mode === 'readwrite') modes.push(options?.durability ?? 'none');
      return begin(stores, mode, options);
    };
    await queue.add(action());
    await vault.open('account:1', start + shift_ms);
    await vault.put('case', '7', {});
    expect(new Set(modes)).toEqual(new Set(['strict']));
  });
  it('replaces a whole list at once', async () => {
    await vault.put('case', '1', { a: 1 });
    await vault.replaceAll('case', [{ id: '2', value: { a: 2 } }, { id: '3', value: { a: 3 } }]);
    expect(await vault.ids('case')).toEqual(['2', '3']);
  });
});

describe('the queue', () => {
  it('gives each action a sequence of its own, from many hands at once', async () => {
    const other = new Queue(await Vault.at({ factory, now: () => now }));
    const taken = await Promise.all(Array.from({ length: 30 }, (_, turn) => (turn % 2 ? queue : other).add(action())));
    expect([...taken].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, turn) => turn + 1));
    expect((await queue.all()).map((one) => one.sequence)).toEqual(Array.from({ length: 30 }, (_, turn) => turn + 1));
  });
  it('keeps counting where another tab opens the same shift meanwhile', async () => {
    const opener = await Vault.at({ factory, now: () => now });
    const [mine, theirs] = [vault, opener].map((one) => (one as unknown as { base: IDBDatabase }).base);
    // Whenever the opener has read the shift, this tab takes a number before the opener can go on.
    const taken: Promise<void>[] = [];
    const take = (): void => {
      const transaction = mine.transaction('shift', 'readwrite');
      const store = transaction.objectStore('shift');
      const read = store.get('shift');
      read.onsuccess = () => store.put({ ...read.result, next_sequence: read.result.next_sequence + 1 });
      taken.push(new Promise((resolve) => { transaction.oncomplete = () => resolve(); }));
    };
    const begin = theirs.transaction.bind(theirs);
    theirs.transaction = (...given) => {
      const transaction = begin(...given);
      const storeOf = transaction.objectStore.bind(transaction);
      transaction.objectStore = (name) => {
        const store = storeOf(name);
        const get = store.get.bind(store);
        store.get = (key) => { const request = get(key); request.addEventListener('success', take); return request; };
        return store;
      };
      return transaction;
    };
    await opener.open('account:1', start + shift_ms + 60_000);
    await Promise.all(taken);
    expect(taken.length).toBeGreaterThan(0);
    expect((await vault.shift())!.next_sequence).toBe(1 + taken.length);
    expect(await queue.add(action())).toBe(1 + taken.length);
  });
  it('keeps an action and what goes along with it, or neither', async () => {
    await queue.add(action(), [{ kind: 'draft', id: 'list', value: ['b'] }]);
    expect([(await queue.all()).length, await vault.get('draft', 'list')]).toEqual([1, ['b']]);
    const stored = (vault as unknown as { base: IDBDatabase }).base;
    const begin = stored.transaction.bind(stored);
    // The disk is full when the second of the two is written.
    stored.transaction = (...given) => {
      const transaction = begin(...given);
      const storeOf = transaction.objectStore.bind(transaction);
      transaction.objectStore = (name) => {
        const store = storeOf(name);
        const put = store.put.bind(store);
        store.put = (value: { kind?: string }) => {
          if (value.kind === 'draft') transaction.abort();
          return put(value);
        };
        return store;
      };
      return transaction;
    };
    await expect(queue.add(action({ about: '8' }), [{ kind: 'draft', id: 'list', value: [] }])).rejects.toBeTruthy();
    stored.transaction = begin;
    expect([(await queue.all()).length, await vault.get('draft', 'list'), await queue.add(action())]).toEqual([1, ['b'], 2]);
  });
  it('survives the page', async () => {
    await queue.add(action());
    vault.close();
    const later = new Queue(await Vault.at({ factory, now: () => now }));
    expect((await later.all())[0].fields).toEqual({ words: 'swept' });
  });
  it('holds back what follows a refused action on the same case, and nothing else', async () => {
    await queue.add(action({ about: '7' }));
    await queue.add(action({ about: '7', step: 'feed-back' }));
    await queue.add(action({ about: '8' }));
    await queue.refused(1, (refusal(1) as Outcome & { kind: 'refused' }).refusal);
    const { ready, held } = sendable(await queue.all());
    expect(ready.map((one) => one.sequence)).toEqual([3]);
    expect(held.map((one) => one.sequence)).toEqual([2]);
  });
});

describe('synchronising', () => {
  it('sends everything once, in order', async () => {
    const hub = new FakeHub();
    for (const step of ['a', 'b', 'c']) await queue.add(action({ step }));
    expect(await sync(hub)).toEqual({ ending: 'sent', done: 3, refused: 0 });
    expect(hub.effects).toEqual(['7:a:', '7:b:', '7:c:']);
    expect(await queue.all()).toEqual([]);
    expect(await sync(hub)).toEqual({ ending: 'idle', done: 0, refused: 0 });
  });
  it('lets the next step on a case begin from the version the one before made', async () => {
    const seen: [number, number | null][] = [];
    const hub = new FakeHub((one) => { seen.push([one.sequence, one.base_version]); return null; });
    for (const step of ['a', 'b', 'c']) await queue.add(action({ step }));
    await sync(hub);
    expect(seen).toEqual([[1, 3], [2, 11], [3, 12]]);
  });
  it('has one effect where the answer got lost', async () => {
    const hub = new FakeHub();
    hub.lose = 2;
    await queue.add(action());
    expect((await sync(hub)).ending).toBe('offline');
    expect((await sync(hub)).ending).toBe('offline');
    expect(await queue.all()).toHaveLength(1);
    expect((await sync(hub)).ending).toBe('sent');
    expect(hub.effects).toHaveLength(1);
    expect(await queue.all()).toEqual([]);
  });
  it('makes a case first and then does what was done to it', async () => {
    const hub = new FakeHub();
    const made = await queue.add(action({ kind: 'open', about: '', step: null }));
    await queue.add(action({ about: localCase(made) }));
    expect((await sync(hub)).done).toBe(2);
    expect(hub.effects).toEqual(['new:open:', `made-${made}:handle:`]);
  });
  it('takes pictures up once, and names them', async () => {
    const hub = new FakeHub();
    hub.lose = 1;
    await vault.putBytes('photo', 'p1', new Uint8Array([1, 2, 3]));
    await queue.add(action({ photos: ['p1'] }));
    await sync(hub);
    await sync(hub);
    expect(hub.pictures).toEqual(['p1']);
    expect(hub.effects).toEqual(['7:handle:hub-p1']);
    expect(await vault.ids('photo')).toEqual([]);
  });
  it('lets one picture that the hub refuses stand in nobody’s way', async () => {
    const hub = new FakeHub();
    hub.bad = ['p1'];
    for (const id of ['p1', 'p2']) await vault.putBytes('photo', id, new Uint8Array([1]));
    await queue.add(action({ about: '7', photos: ['p1'] }));
    await queue.add(action({ about: '7', step: 'feed-back' }));
    await queue.add(action({ about: '8', photos: ['p2'] }));
    expect(await sync(hub)).toEqual({ ending: 'sent', done: 1, refused: 1 });
    expect(hub.effects).toEqual(['8:handle:hub-p2']);
    const left = await queue.all();
    expect(left.map((one) => [one.sequence, one.state, one.refusal?.code])).toEqual([[1, 'refused', 'photo'], [2, 'waiting', undefined]]);
    hub.bad = [];
    await queue.mend(1, {});
    expect(await sync(hub)).toEqual({ ending: 'sent', done: 2, refused: 0 });
  });
  it('tells what was answered before the network broke', async () => {
    const hub = new FakeHub();
    hub.unanswered = ['p1'];
    await vault.putBytes('photo', 'p1', new Uint8Array([1]));
    await queue.add(action({ about: '7' }));
    await queue.add(action({ about: '7', step: 'feed-back', photos: ['p1'] }));
    expect(await sync(hub)).toEqual({ ending: 'offline', done: 1, refused: 0 });
    expect((await queue.all()).map((one) => [one.sequence, one.state])).toEqual([[2, 'waiting']]);
  });
  it('sends nothing under another account than the one whose work it is', async () => {
    const hub = new FakeHub();
    await vault.putBytes('photo', 'p1', new Uint8Array([1]));
    await queue.add(action({ photos: ['p1'] }));
    hub.asks = 'account:2';
    expect((await sync(hub)).ending).toBe('signed_out');
    expect([hub.pictures, hub.effects]).toEqual([[], []]);
    hub.asks = 'account:1';
    expect((await sync(hub)).done).toBe(1);
  });
  it('keeps refused actions with their sentence and goes on with other cases', async () => {
    const hub = new FakeHub((one) => (one.about === '7' ? refusal(one.sequence) : null));
    await queue.add(action({ about: '7' }));
    await queue.add(action({ about: '8' }));
    expect(await sync(hub)).toEqual({ ending: 'sent', done: 1, refused: 1 });
    const left = await queue.all();
    expect(left.map((one) => [one.sequence, one.state, one.refusal?.sentence])).toEqual([[1, 'refused', 'somebody was quicker']]);
    // Asking again sends nothing: only the worker decides.
    expect(await sync(hub)).toEqual({ ending: 'idle', done: 0, refused: 0 });
    expect(await queue.all()).toHaveLength(1);
  });
  it('takes a mended action under a new sequence', async () => {
    let strict = true;
    const hub = new FakeHub((one) => (strict ? refusal(one.sequence, 'invalid') : null));
    await queue.add(action());
    await sync(hub);
    strict = false;
    const next = await queue.mend(1, { fields: { words: 'swept twice' }, base_version: 5 });
    expect(next).toBe(2);
    expect(await sync(hub)).toEqual({ ending: 'sent', done: 1, refused: 0 });
  });
  it('sends the pictures of a mended action anew, and keeps each once', async () => {
    let strict = true;
    const hub = new FakeHub((one) => (strict ? refusal(one.sequence, 'cases.no_photo') : null));
    await vault.putBytes('photo', 'p1', new Uint8Array([1, 2, 3]));
    await queue.add(action({ photos: ['p1'] }));
    await sync(hub);
    strict = false;
    const next = await queue.mend(1, {});
    const { photos } = (await queue.get(next!))!;
    expect(photos).not.toEqual(['p1']);
    expect([await vault.ids('photo'), await vault.ids('uploaded')]).toEqual([photos, []]);
    expect(await vault.getBytes('photo', photos[0])).toEqual(new Uint8Array([1, 2, 3]));
    await sync(hub);
    expect(hub.pictures).toEqual(['p1', photos[0]]);
    expect(hub.effects).toEqual([`7:handle:hub-${photos[0]}`]);
  });
  it('lets what hangs on a mended or dropped new case follow it', async () => {
    const made = await queue.add(action({ kind: 'open', about: '', step: null }));
    await queue.add(action({ about: localCase(made) }));
    const next = await queue.mend(made, { fields: { words: 'better' } });
    const hanging = (await queue.all()).find((one) => one.step === 'handle')!;
    expect([hanging.after, hanging.about]).toEqual([next, localCase(next!)]);
    expect((await queue.drop(next!)).length).toBe(2);
    expect(await queue.all()).toEqual([]);
  });
  it('sends nothing that may still be taken back', async () => {
    const hub = new FakeHub();
    await queue.add(action({ not_before: start + 5_000 }));
    await queue.add(action({ about: '8' }));
    expect((await sync(hub)).done).toBe(1);
    expect((await queue.all()).map((one) => one.sequence)).toEqual([1]);
    await queue.drop(1);
    now = start + 5_000;
    expect((await sync(hub)).done).toBe(0);
    await queue.add(action({ not_before: now }));
    expect((await sync(hub)).done).toBe(1);
    expect(hub.effects).toEqual(['8:handle:', '7:handle:']);
  });
  it('leaves for later what the hub did not look at, without turning in circles', async () => {
    const hub = new FakeHub((one) => ({ sequence: one.sequence, kind: 'later' }));
    await queue.add(action());
    expect((await sync(hub)).done).toBe(0);
    expect((await queue.all())[0].state).toBe('waiting');
  });
  it('forgets everything when the hub takes the device’s data back', async () => {
    const hub = new FakeHub();
    hub.ended = true;
    await vault.put('case', '7', { a: 1 });
    await queue.add(action());
    expect((await sync(hub)).ending).toBe('wiped');
    expect(await vault.shift()).toBeNull();
    expect(await rawRows()).toEqual([]);
  });
});

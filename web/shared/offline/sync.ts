// Brings queued actions to the hub, in order, each once: the hub knows device and sequence, so that what was sent twice because an answer got lost
// takes effect once. Of one case one action goes in a round: the next begins from the version that made. One run at a time over all tabs of the browser.
import { sendable, type Action, type Queue, type Refusal } from './queue';
import type { Vault } from './vault';

// What became of one action.
export type Outcome =
  | { sequence: number; kind: 'done'; case_id: string | null; version: number | null }
  | { sequence: number; kind: 'refused'; refusal: Refusal }
  | { sequence: number; kind: 'later' };   // not looked at, or not now: it stays as it is

// What became of a picture: its id at the hub, or why the hub does not want it.
export type Uploaded = { kind: 'kept'; id: string } | { kind: 'refused'; refusal: Refusal };

export interface Transport {
  // Fails as for somebody who is not signed in where the hub would take what is sent for another account's.
  check(account: string): Promise<void>;
  upload(id: string, bytes: Uint8Array): Promise<Uploaded>;
  send(device: string, actions: readonly Action[], pictures: ReadonlyMap<string, string>): Promise<Outcome[]>;
}

export type Ending =
  | 'idle'       // nothing to send, or another tab is at it
  | 'sent'       // all that could be sent was answered
  | 'offline'    // no answer came: everything waits
  | 'signed_out' // the hub does not know who asks, or knows another: everything waits for the sign-in
  | 'wiped'      // the hub took this device's data back
  | 'fault';     // one request failed in a way of its own: what waits is tried again

export interface Report {
  ending: Ending;
  done: number;
  refused: number;
}

export interface SyncOptions {
  vault: Vault;
  queue: Queue;
  transport: Transport;
  at_once?: number;
  now?: () => number;
  locks?: Pick<LockManager, 'request'> | null;
  // Whether a failure means that no answer came, that the session is over, or that somebody ended it; all else is a fault of its own.
  meaning: (cause: unknown) => 'offline' | 'signed_out' | 'taken_back' | 'fault';
}

const at_once_most = 20;

// The pictures of the actions as the hub knows them; an action with a picture that the hub refuses is refused itself, and stands in nobody's way.
async function picturesOf(actions: readonly Action[], account: string, options: SyncOptions): Promise<{ pictures: Map<string, string>; refused: Map<number, Refusal> }> {
  const pictures = new Map<string, string>();
  const refused = new Map<number, Refusal>();
  for (const { sequence, photo } of actions.flatMap((action) => action.photos.map((one) => ({ sequence: action.sequence, photo: one })))) {
    if (refused.has(sequence)) continue;
    const known = await options.vault.get<string>('uploaded', photo);
    if (known !== null) {
      pictures.set(photo, known);
      continue;
    }
    const bytes = await options.vault.getBytes('photo', photo);
    if (bytes === null) continue;  // gone with a wipe: the hub says what is missing
    await options.transport.check(account);
    const there = await options.transport.upload(photo, bytes);
    if (there.kind === 'refused') {
      refused.set(sequence, there.refusal);
      continue;
    }
    await options.vault.put('uploaded', photo, there.id);
    pictures.set(photo, there.id);
  }
  return { pictures, refused };
}

async function keepRefused(sequence: number, refusal: Refusal, { queue }: SyncOptions, report: Report): Promise<void> {
  await queue.refused(sequence, refusal);
  ++report.refused;
}

// What was answered is in the report at once: a break in the middle takes nothing of it away.
async function run(options: SyncOptions, report: Report): Promise<void> {
  const { vault, queue, transport } = options;
  for (;;) {
    const shift = await vault.shift();
    if (shift === null) return;
    const { ready } = sendable(await queue.all(), (options.now ?? Date.now)());
    const next = ready.slice(0, options.at_once ?? at_once_most);
    if (next.length === 0) return;
    const { pictures, refused } = await picturesOf(next, shift.account, options);
    for (const [sequence, refusal] of refused) await keepRefused(sequence, refusal, options, report);
    const whole = next.filter((action) => !refused.has(action.sequence));
    let moved = refused.size;
    if (whole.length > 0) {
      await transport.check(shift.account);
      for (const outcome of await transport.send(shift.device, whole, pictures)) {
        if (outcome.kind === 'later') continue;
        ++moved;
        if (outcome.kind === 'refused') {
          await keepRefused(outcome.sequence, outcome.refusal, options, report);
          continue;
        }
        await queue.confirmed(outcome.sequence, outcome.case_id, outcome.version);
        ++report.done;
      }
    }
    report.ending = 'sent';
    if (moved === 0) return;  // the hub asks for patience
  }
}

export async function synchronise(options: SyncOptions): Promise<Report> {
  const guarded = async (): Promise<Report> => {
    const report: Report = { ending: 'idle', done: 0, refused: 0 };
    try {
      await run(options, report);
    } catch (cause) {
      const meaning = options.meaning(cause);
      if (meaning === 'taken_back') await options.vault.wipe();
      report.ending = meaning === 'taken_back' ? 'wiped' : meaning;
    }
    return report;
  };
  const locks = options.locks === undefined ? (typeof navigator === 'undefined' ? null : navigator.locks ?? null) : options.locks;
  if (locks === null) return guarded();
  return locks.request('jingwei-pocket-sync', { ifAvailable: true }, (lock) => (lock === null ? Promise.resolve<Report>({ ending: 'idle', done: 0, refused: 0 }) : guarded()));
}

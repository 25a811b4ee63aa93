// Brings queued actions to the hub, in order, each once: the hub knows device and sequence, so that what was sent twice because an answer got lost
// takes effect once. Of one case one action goes in a round: the next begins from the version that made. One run at a time over all tabs of the browser.
import { sendable, type Action, type Queue, type Refusal } from './queue';
import type { Vault } from './vault';

// What became of one action.
export type Outcome =
  | { sequence: number; kind: 'done'; case_id: string | null; version: number | null }
  | { sequence: number; kind: 'refused'; refusal: Refusal }
  | { sequence: number; kind: 'later' };   // not looked at, or not now: it stays as it is

export interface Transport {
  // Takes a picture to the hub and gives its id there.
  upload(id: string, bytes: Uint8Array): Promise<string>;
  send(device: string, actions: readonly Action[], pictures: ReadonlyMap<string, string>): Promise<{ outcomes: Outcome[]; wipe: boolean }>;
}

export type Ending =
  | 'idle'       // nothing to send, or another tab is at it
  | 'sent'       // all that could be sent was answered
  | 'offline'    // no answer came: everything waits
  | 'signed_out' // the hub does not know who asks: everything waits for the sign-in
  | 'wiped';     // the hub took this device's data back

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
  // Whether a failure means that no answer came, or that the session is over; all else is a fault of its own.
  meaning: (cause: unknown) => 'offline' | 'signed_out' | 'fault';
}

const at_once_most = 20;

async function picturesOf(actions: readonly Action[], options: SyncOptions): Promise<Map<string, string>> {
  const pictures = new Map<string, string>();
  for (const id of actions.flatMap((action) => action.photos)) {
    const known = await options.vault.get<string>('uploaded', id);
    if (known !== null) {
      pictures.set(id, known);
      continue;
    }
    const bytes = await options.vault.getBytes('photo', id);
    if (bytes === null) continue;  // gone with a wipe: the hub says what is missing
    const there = await options.transport.upload(id, bytes);
    await options.vault.put('uploaded', id, there);
    pictures.set(id, there);
  }
  return pictures;
}

async function run(options: SyncOptions): Promise<Report> {
  const { vault, queue, transport } = options;
  const report: Report = { ending: 'idle', done: 0, refused: 0 };
  for (;;) {
    const shift = await vault.shift();
    if (shift === null) return report;
    const { ready } = sendable(await queue.all(), (options.now ?? Date.now)());
    const next = ready.slice(0, options.at_once ?? at_once_most);
    if (next.length === 0) return report;
    const answer = await transport.send(shift.device, next, await picturesOf(next, options));
    if (answer.wipe) {
      await vault.wipe();
      return { ...report, ending: 'wiped' };
    }
    report.ending = 'sent';
    let moved = 0;
    for (const outcome of answer.outcomes) {
      if (outcome.kind === 'done') {
        await queue.confirmed(outcome.sequence, outcome.case_id, outcome.version);
        ++report.done;
        ++moved;
      } else if (outcome.kind === 'refused') {
        await queue.refused(outcome.sequence, outcome.refusal);
        ++report.refused;
        ++moved;
      }
    }
    if (moved === 0) return report;  // the hub asks for patience
  }
}

export async function synchronise(options: SyncOptions): Promise<Report> {
  const guarded = async (): Promise<Report> => {
    try {
      return await run(options);
    } catch (cause) {
      const meaning = options.meaning(cause);
      if (meaning === 'fault') throw cause;
      return { ending: meaning, done: 0, refused: 0 };
    }
  };
  const locks = options.locks === undefined ? (typeof navigator === 'undefined' ? null : navigator.locks ?? null) : options.locks;
  if (locks === null) return guarded();
  return locks.request('jingwei-pocket-sync', { ifAvailable: true }, (lock) => (lock === null ? Promise.resolve<Report>({ ending: 'idle', done: 0, refused: 0 }) : guarded()));
}

// What a worker did and the hub has not confirmed: kept in order, sealed, each under its sequence. An action leaves the queue when the hub has
// it, or when the worker drops it on purpose; a refused one stays and says why.
import { randomName, sequenceId, type Along, type Vault } from './vault';

export type ActionKind = 'open' | 'act' | 'comment';

// Who an action is for when somebody without a phone asked for it.
export interface Behalf {
  name: string;
  phone: string;
}

export interface Refusal {
  code: string;              // the hub's word for it
  sentence: string;          // as the hub said it
  version: number | null;    // the case's version now
  conflict: string | null;   // the hub's own note of it, settled when the worker has decided
}

export interface Action {
  sequence: number;
  about: string;                   // the case: its id, or new-<sequence> while the hub has not made it
  after: number | null;            // sequence of the queued action on the same case before this one: it goes first
  made_at: string;                 // instant of the device's clock
  kind: ActionKind;
  title: string;                   // what was done, for the list
  subject: string;                 // to what, for the list
  process: string;
  process_version: number;
  step: string | null;             // the transition
  base_version: number | null;     // version of the case the worker saw; of a follower, told when the one before is confirmed
  before: Record<string, unknown>; // what stood in the fields when the worker began
  fields: Record<string, unknown>;
  words: string;
  photos: string[];                // ids in the vault
  point: [number, number] | null;  // longitude, latitude
  region: string | null;
  behalf: Behalf | null;
  assignee: string | null;         // account of whom it is given to
  not_before: number | null;       // ms since 1970: until then it may be taken back, and is not sent
  direct: boolean;                 // goes as a request of its own: what the hub's queue does not take (steps with a network only, reports in somebody's name)
  state: 'waiting' | 'refused';
  refusal: Refusal | null;
}

// Of a case that waits to be made, `about` is given by the queue.
export type NewAction = Omit<Action, 'sequence' | 'after' | 'state' | 'refusal'>;

export const localCase = (sequence: number): string => `new-${sequence}`;
export const isLocal = (about: string): boolean => about.startsWith('new-');

export class Queue {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly vault: Vault) {}

  // One change at a time: none sees the queue while another is half done.
  private alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const next = this.turn.then(work, work);
    this.turn = next.catch(() => undefined);
    return next;
  }

  // What goes along is kept with the action, or neither is.
  add(action: NewAction, along: readonly Along[] = []): Promise<number> {
    return this.alone(() => this.addNow(action, along));
  }

  private async addNow(action: NewAction, along: readonly Along[]): Promise<number> {
    const standing = action.kind === 'open' ? [] : (await this.all()).filter((one) => one.about === action.about);
    const after = standing.length === 0 ? null : standing[standing.length - 1].sequence;
    return this.append({ ...action, after }, along);
  }

  private append(action: Omit<Action, 'sequence' | 'state' | 'refusal'>, along: readonly Along[] = []): Promise<number> {
    return this.vault.append('action', (sequence): Action => ({
      ...action, sequence, about: action.kind === 'open' ? localCase(sequence) : action.about, state: 'waiting', refusal: null,
    }), along);
  }

  // In the order they were done.
  async all(): Promise<Action[]> {
    return (await this.vault.all<Action>('action')).sort((a, b) => a.sequence - b.sequence);
  }

  get(sequence: number): Promise<Action | null> {
    return this.vault.get<Action>('action', sequenceId(sequence));
  }

  private keep(action: Action): Promise<void> {
    return this.vault.put('action', sequenceId(action.sequence), action);
  }

  // The hub has it: the action goes, and its photos with it. What follows on the same case begins from the version this one made.
  confirmed(sequence: number, caseId: string | null, version: number | null): Promise<void> {
    return this.alone(() => this.confirmedNow(sequence, caseId, version));
  }

  private async confirmedNow(sequence: number, caseId: string | null, version: number | null): Promise<void> {
    const action = await this.get(sequence);
    if (action === null) return;
    for (const one of await this.all()) {
      const about = caseId !== null && one.about === action.about ? caseId : one.about;
      if (one.after === sequence) await this.keep({ ...one, about, after: null, base_version: version ?? one.base_version });
      else if (about !== one.about && one.sequence !== sequence) await this.keep({ ...one, about });
    }
    await this.forget(action);
  }

  private async forget(action: Action): Promise<void> {
    for (const kind of ['photo', 'uploaded']) {
      for (const photo of action.photos) await this.vault.remove(kind, photo);
    }
    await this.vault.remove('action', sequenceId(action.sequence));
  }

  refused(sequence: number, refusal: Refusal): Promise<void> {
    return this.alone(() => this.refusedNow(sequence, refusal));
  }

  private async refusedNow(sequence: number, refusal: Refusal): Promise<void> {
    const action = await this.get(sequence);
    if (action !== null) await this.keep({ ...action, state: 'refused', refusal });
  }

  // Mended by the worker: under a new sequence it takes the old one's place, since the hub has answered the old one for good. Its pictures get new
  // names and are sent anew: what was uploaded with the old one the hub keeps for a day only.
  mend(sequence: number, change: Partial<NewAction>): Promise<number | null> {
    return this.alone(() => this.mendNow(sequence, change));
  }

  private async mendNow(sequence: number, change: Partial<NewAction>): Promise<number | null> {
    const old = await this.get(sequence);
    if (old === null) return null;
    const { sequence: _sequence, state: _state, refusal: _refusal, ...rest } = old;
    const photos = await this.anew(change.photos ?? old.photos);
    const next = await this.append({ ...rest, ...change, photos });
    for (const one of await this.all()) {
      if (one.sequence === next) continue;
      const about = old.kind === 'open' && one.about === old.about ? localCase(next) : one.about;
      const after = one.after === sequence ? next : one.after;
      if (about !== one.about || after !== one.after) await this.keep({ ...one, about, after });
    }
    await this.forget(old);
    return next;
  }

  private async anew(photos: readonly string[]): Promise<string[]> {
    const names: string[] = [];
    for (const photo of photos) {
      const bytes = await this.vault.getBytes('photo', photo);
      if (bytes === null) continue;
      const name = randomName();
      await this.vault.putBytes('photo', name, bytes);
      names.push(name);
    }
    return names;
  }

  // Given up on purpose, with all that follows on it: it was done in the belief that this took place. Gives back what went.
  drop(sequence: number): Promise<Action[]> {
    return this.alone(() => this.dropNow(sequence));
  }

  private async dropNow(sequence: number): Promise<Action[]> {
    const gone = followersOf(await this.all(), sequence);
    for (const one of gone) await this.forget(one);
    return gone;
  }
}

// An action and all that hangs on it.
export function followersOf(actions: readonly Action[], sequence: number): Action[] {
  const hanging = new Set([sequence]);
  for (let grown = true; grown;) {
    grown = false;
    for (const one of actions) {
      if (one.after !== null && hanging.has(one.after) && !hanging.has(one.sequence)) {
        hanging.add(one.sequence);
        grown = true;
      }
    }
  }
  return actions.filter((one) => hanging.has(one.sequence));
}

// What may be sent now: the first of each case, unless it may still be taken back. Behind a refused one the later ones are held until the worker has decided.
export function sendable(actions: readonly Action[], now: number = Date.now()): { ready: Action[]; held: Action[] } {
  const held = new Set(actions.filter((one) => one.state === 'refused').flatMap((one) => followersOf(actions, one.sequence).map((each) => each.sequence)));
  return {
    // One whose forerunner another tab has brought to the hub meanwhile waits for nothing.
    ready: actions.filter((one) => one.state === 'waiting' && (one.not_before === null || one.not_before <= now) && (one.after === null || !actions.some((other) => other.sequence === one.after))),
    held: actions.filter((one) => one.state === 'waiting' && held.has(one.sequence)),
  };
}

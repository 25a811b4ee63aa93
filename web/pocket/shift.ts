// The shift of whoever is signed in: their vault, their queue, what of it is waiting, and bringing it to the hub whenever there is a network.
import { computed, ref, shallowRef } from 'vue';
import { api, askMe, Problem, signOut } from '@shared/api';
import { i18n } from '@shared/i18n';
import { Queue, sendable, type Action, type NewAction } from '@shared/offline/queue';
import { synchronise, type Report } from '@shared/offline/sync';
import { Vault, type Along } from '@shared/offline/vault';
import { keepMe, useMe, whenSignedOut, type Me } from '@shared/session';
import { oneAndOneMore } from '@shared/turns';
import { hubTransport } from './transport';

// A shift is never longer than this, whatever the session says.
export const shift_most_ms = 12 * 3600_000;
const look_again_ms = 30_000;
// What the hub says where a session was ended by somebody: this device's data are taken back.
const revoked_code = 'identity.session_ended';

export const actions = shallowRef<Action[]>([]);
export const reachable = ref(typeof navigator === 'undefined' ? true : navigator.onLine);
export const sending = ref(false);
export const last = shallowRef<Report | null>(null);
export const sent_at = ref<number | null>(null);
export const ends_at = ref<number | null>(null);
export const wiped = ref(false);
export const session_over = ref(false);

export const waiting = computed(() => actions.value.filter((one) => one.state === 'waiting'));
export const refused = computed(() => actions.value.filter((one) => one.state === 'refused'));
export const held = computed(() => sendable(actions.value).held);

let vault: Vault | null = null;
let queue: Queue | null = null;
let started = false;

// The vault of this browser; null where it has none (private windows of some browsers): the page then works with a network only.
export async function theVault(): Promise<Vault | null> {
  if (vault !== null) return vault;
  try {
    vault = await Vault.at();
    queue = new Queue(vault);
  } catch {
    return null;
  }
  return vault;
}

export async function theQueue(): Promise<Queue | null> {
  await theVault();
  return queue;
}

async function refresh(): Promise<void> {
  actions.value = queue === null ? [] : await queue.all();
  ends_at.value = vault === null ? null : (await vault.shift())?.ends_at ?? null;
}

const sessionEnd = (known: Me): number => Math.min(known.ends_at === null ? Infinity : Date.parse(known.ends_at), Date.now() + shift_most_ms);

let mayLose: (count: number) => Promise<boolean> = () => Promise.resolve(false);
// How the reader is asked whether the work of another account that waits here may be lost; without an answer it may not.
export function whenOthersWait(ask: (count: number) => Promise<boolean>): void {
  mayLose = ask;
}

// Opens the shift of the one the hub named; another's data go first. False where the other's work is not to be lost: then nobody stays signed in.
async function begin(known: Me): Promise<boolean> {
  const kept = await theVault();
  if (kept === null) return true;
  const others = await kept.unsentOfAnother(known.actor);
  if (others > 0 && !(await mayLose(others))) {
    await signOut(known.session);
    return false;
  }
  await kept.open(known.actor, sessionEnd(known));
  await kept.put('me', 'me', known);
  await refresh();
  start();
  return true;
}

// Who is signed in: as the hub says, or without network as it said last. Null: nobody.
export async function whoIsHere(): Promise<Me | null> {
  try {
    const known = await askMe();
    reachable.value = true;
    if (!(await begin(known))) return null;
    keepMe(known);
    return known;
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    if (!cause.unreachable && cause.status < 500) return null;
    reachable.value = false;
    const kept = await theVault();
    await kept?.tidy();
    const known = (await kept?.get<Me>('me', 'me')) ?? null;
    if (known === null) return null;
    keepMe(known);
    await refresh();
    start();
    return known;
  }
}

// False where the one who signed in would rather leave another's work alone: they are signed out again.
export async function afterSignIn(known: Me): Promise<boolean> {
  session_over.value = wiped.value = false;
  if (!(await begin(known))) return false;
  keepMe(known);
  void bringToHub();
  return true;
}

// Everything this account left here goes, key first.
export async function forgetAll(): Promise<void> {
  await (await theVault())?.wipe();
  await refresh();
}

// What counts as done only when the phone has kept it; where it cannot, the reader is told so.
export async function mustKeep<Value>(keep: (vault: Vault, queue: Queue) => Promise<Value>): Promise<Value> {
  await theVault();
  try {
    if (vault !== null && queue !== null) return await keep(vault, queue);
  } catch {
    // No shift is open, or the device has no room: the same to the reader.
  }
  throw new Problem(507, { detail: i18n.global.t('pocket.notKept') });
}

export async function queueAction(action: NewAction, along: readonly Along[] = []): Promise<number> {
  const sequence = await mustKeep((_, standing) => standing.add(action, along));
  await refresh().catch(() => undefined);
  void bringToHub();
  return sequence;
}

export async function mendAction(sequence: number, change: Partial<NewAction>): Promise<void> {
  await mustKeep((_, standing) => standing.mend(sequence, change));
  await refresh().catch(() => undefined);
  void bringToHub();
}

export async function dropAction(sequence: number): Promise<number> {
  const gone = (await (await theQueue())?.drop(sequence)) ?? [];
  await refresh();
  void bringToHub();
  return gone.length;
}

function meaning(cause: unknown): 'offline' | 'signed_out' | 'taken_back' | 'fault' {
  if (!(cause instanceof Problem)) return 'fault';
  if (cause.status === 401) return cause.body.errors?.[0]?.code === revoked_code ? 'taken_back' : 'signed_out';
  return cause.unreachable || cause.status >= 500 || cause.status === 429 ? 'offline' : 'fault';
}

const hears = new Set<(report: Report) => void>();
// Calls back after every run that changed something on the hub. Gives back what ends it.
export function onSent(hear: (report: Report) => void): () => void {
  hears.add(hear);
  return () => hears.delete(hear);
}

async function run(): Promise<Report | null> {
  if (vault === null || queue === null) return null;
  sending.value = true;
  try {
    const report = await synchronise({ vault, queue, transport: hubTransport, meaning });
    if (report.ending !== 'idle' && report.ending !== 'fault') reachable.value = report.ending !== 'offline';
    if (report.ending === 'signed_out') session_over.value = true;
    if (report.ending === 'sent') sent_at.value = Date.now();
    if (report.ending === 'wiped') wiped.value = true;
    if (report.done + report.refused > 0) for (const hear of hears) hear(report);
    last.value = report;
    return report;
  } catch {
    return null;  // the lock of the browser failed: what waits is still there, and is tried again
  } finally {
    await refresh().catch(() => undefined);
    sending.value = false;
  }
}

// What waits goes to the hub. Whoever asks is answered after a run that began with what they had queued.
export const bringToHub = oneAndOneMore(run);

// With nothing to send no answer ever tells that the hub is there again.
async function lookForHub(): Promise<void> {
  await api.system().then(() => { reachable.value = true; }, () => undefined);
}

// The hub does not know who asks any more. What is on the screen stays: the bar asks for a sign-in. Where the hub says that somebody ended the
// session (a lost phone), this device's data are taken back.
async function onSignedOut(code: string | undefined): Promise<void> {
  session_over.value = true;
  if (code !== revoked_code) return;
  await forgetAll();
  wiped.value = true;
  location.assign('/pocket/#/sign-in');
}
whenSignedOut((code) => void onSignedOut(code));

async function onTime(): Promise<void> {
  if ((await vault?.tidy()) === true) {
    await refresh();
    if ((await vault?.shift()) === null && useMe().value !== null) location.reload();
  }
  if (waiting.value.length > 0) await bringToHub();
  if (!reachable.value) await lookForHub();
}

function start(): void {
  if (started) return;
  started = true;
  addEventListener('online', () => { reachable.value = true; void bringToHub(); });
  addEventListener('offline', () => { reachable.value = false; });
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') void onTime(); });
  setInterval(() => void onTime(), look_again_ms);
  void bringToHub();
}

// The shift of whoever is signed in: their vault, their queue, what of it is waiting, and bringing it to the hub whenever there is a network.
import { computed, ref, shallowRef } from 'vue';
import { Problem, readMe } from '@shared/api';
import { Queue, sendable, type Action, type NewAction } from '@shared/offline/queue';
import { synchronise, type Report } from '@shared/offline/sync';
import { Vault } from '@shared/offline/vault';
import { keepMe, useMe, whenSignedOut, type Me } from '@shared/session';
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

// Opens the shift of the one the hub named; another's data go first.
async function begin(known: Me): Promise<void> {
  const kept = await theVault();
  if (kept === null) return;
  await kept.open(known.actor, sessionEnd(known));
  await kept.put('me', 'me', known);
  await refresh();
  start();
}

// Who is signed in: as the hub says, or without network as it said last. Null: nobody.
export async function whoIsHere(): Promise<Me | null> {
  try {
    const known = await readMe();
    reachable.value = true;
    await begin(known);
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

export async function afterSignIn(known: Me): Promise<void> {
  keepMe(known);
  session_over.value = wiped.value = false;
  await begin(known);
  void bringToHub();
}

// Everything this account left here goes, key first.
export async function forgetAll(): Promise<void> {
  await (await theVault())?.wipe();
  await refresh();
}

export async function queueAction(action: NewAction): Promise<number> {
  const standing = await theQueue();
  if (standing === null) throw new Error('no vault');
  const sequence = await standing.add(action);
  await refresh();
  void bringToHub();
  return sequence;
}

export async function mendAction(sequence: number, change: Partial<NewAction>): Promise<void> {
  await (await theQueue())?.mend(sequence, change);
  await refresh();
  void bringToHub();
}

export async function dropAction(sequence: number): Promise<number> {
  const gone = (await (await theQueue())?.drop(sequence)) ?? [];
  await refresh();
  void bringToHub();
  return gone.length;
}

function meaning(cause: unknown): 'offline' | 'signed_out' | 'fault' {
  if (!(cause instanceof Problem)) return 'fault';
  if (cause.status === 401) return 'signed_out';
  return cause.unreachable || cause.status >= 500 || cause.status === 429 ? 'offline' : 'fault';
}

const hears = new Set<(report: Report) => void>();
// Calls back after every run that changed something on the hub. Gives back what ends it.
export function onSent(hear: (report: Report) => void): () => void {
  hears.add(hear);
  return () => hears.delete(hear);
}

export async function bringToHub(): Promise<Report | null> {
  if (vault === null || queue === null || sending.value) return null;
  sending.value = true;
  try {
    const report = await synchronise({ vault, queue, transport: hubTransport, meaning });
    if (report.ending !== 'idle') reachable.value = report.ending !== 'offline';
    if (report.ending === 'sent') sent_at.value = Date.now();
    if (report.ending === 'wiped') wiped.value = true;
    if (report.done + report.refused > 0) for (const hear of hears) hear(report);
    last.value = report;
    return report;
  } catch {
    return null;  // a fault of one request: what waits is still there, and is tried again
  } finally {
    await refresh();
    sending.value = false;
  }
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
  if (waiting.value.length > 0 || !reachable.value) void bringToHub();
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

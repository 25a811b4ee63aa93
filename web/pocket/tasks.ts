// A worker's cases: taken along for the shift, and shown with what was done to them here and the hub does not know yet.
import { shallowRef } from 'vue';
import { Problem } from '@shared/api';
import { cases, isMaskedCase, type Case, type CaseAction, type CaseDetail, type Process } from '@shared/cases';
import type { Action } from '@shared/offline/queue';
import { useMe, type Me } from '@shared/session';
import { readKept } from './kept';
import { theVault } from './shift';

export interface Work {
  mine: Case[];
  role: Case[];  // waiting for a role of the worker, with nobody's name on it
}

const page_most = 200;
const details_most = 200;
const at_once = 4;

export const taken = shallowRef<{ cases: number; at: number } | null>(null);

export async function readWork(): Promise<Work> {
  const [mine, role] = await Promise.all([cases.inbox({ mine: 'true', limit: page_most }), cases.inbox({ limit: page_most })]);
  const own = new Set(mine.items.map((one) => one.id));
  return { mine: mine.items, role: role.items.filter((one) => !own.has(one.id)) };
}

// Under which purpose personal fields of a process's cases are read in this shift: chosen once, kept with the shift.
export async function purposeFor(process: string): Promise<string | null> {
  return (await (await theVault())?.get<string>('purpose', process)) ?? null;
}
export async function choosePurpose(process: string, purpose: string): Promise<void> {
  await (await theVault())?.put('purpose', process, purpose);
}

async function fresh(id: string, process: string | null): Promise<CaseDetail> {
  const purpose = process === null ? null : await purposeFor(process);
  const detail = await cases.one(id, purpose);
  if (purpose !== null || !isMaskedCase(detail)) return detail;
  const own = await purposeFor(detail.case.process);
  return own === null ? detail : cases.one(id, own);
}
export async function readCase(id: string): Promise<CaseDetail> {
  const kept = await (await theVault())?.get<CaseDetail>('case', id);
  return fresh(id, kept?.case.process ?? null);
}

export const processOf = (id: string): Promise<Process> => readKept('process', id, () => cases.process(id)).then((got) => got.value);

const isGone = (cause: unknown): boolean => cause instanceof Problem && [403, 404, 410].includes(cause.status);

// Cases that are not in one's lists any more leave the phone, unless one has reported them or something done on them waits.
async function dropOthers(work: Work): Promise<void> {
  const vault = await theVault();
  if (vault === null) return;
  const own = new Set([...[...work.mine, ...work.role].map((one) => one.id), ...(await vault.all<Action>('action')).map((one) => one.about)]);
  for (const detail of await vault.all<CaseDetail>('case')) {
    if (!own.has(detail.case.id) && detail.reporter.account !== useMe().value?.actor) await vault.remove('case', detail.case.id);
  }
}

// Everything the shift needs without network: each case of one's own in full, and the processes they follow. One that is gone meanwhile, or not open to
// this worker any more, goes here too and keeps nothing else from being taken.
export async function takeAlong(work: Work, openable: readonly string[]): Promise<void> {
  const wanted = [...work.mine, ...work.role].slice(0, details_most);
  let got = 0;
  for (let from = 0; from < wanted.length; from += at_once) {
    await Promise.all(wanted.slice(from, from + at_once).map(async ({ id, process }) => {
      try {
        const { from_vault } = await readKept('case', id, () => fresh(id, process));
        if (!from_vault) ++got;
      } catch (cause) {
        if (isGone(cause)) await (await theVault())?.remove('case', id);
      }
    }));
  }
  for (const id of new Set([...wanted.map((one) => one.process), ...openable])) await processOf(id).catch(() => null);
  await dropOthers(work);
  taken.value = { cases: got, at: Date.now() };
}

// Steps that ask for nothing are taken with one touch; so long they may be taken back.
export const take_back_ms = 5_000;
// So soon after a touch another one is the second half of the same: what stands under the finger by then is another step, or another case.
export const touch_ms = 800;
export const isSecondTouch = (last: number, now: number): boolean => now - last < touch_ms;
export const asksNothing = (action: CaseAction): boolean => action.photos === 0 && !action.assignee && action.inputs.every((field) => !field.required);

// Where a case stands when what waits here is counted in.
export interface Overlay {
  pending: Action[];
  state_title: string | null;  // of the last step that waits; null when none does
  actions: CaseAction[];       // what may be done next
}

// The hub says what may be done now. After a step that waits here the process says it: what leads on from the state that step leads to, may be
// done without network, and by a role of this worker.
export function overlay(detail: CaseDetail, queue: readonly Action[], process: Process | null, me: Me): Overlay {
  const pending = queue.filter((one) => one.about === detail.case.id);
  const steps = pending.filter((one) => one.kind === 'act');
  if (steps.length === 0) return { pending, state_title: null, actions: detail.actions };
  const last = process?.transitions.find((one) => one.id === steps[steps.length - 1].step);
  const state = process?.states.find((one) => one.id === innermost(process, last?.to ?? ''));
  if (process === null || last === undefined || state === undefined || state.final) return { pending, state_title: state?.title ?? null, actions: [] };
  const roles = new Set([...me.grants.map((grant) => grant.role), ...(detail.case.assignee?.account === me.actor ? ['assignee'] : []), ...(detail.reporter.account === me.actor ? ['reporter'] : [])]);
  const inside = new Set([state.id, ...ancestors(process, state.parent)]);
  const next = process.transitions.filter((one) => one.offline && one.from.some((from) => inside.has(from)) && one.by.some((who) => roles.has(who)));
  return { pending, state_title: state.title, actions: next.map((one) => ({ id: one.id, title: one.title, to: one.to, inputs: one.inputs, photos: one.photos, assignee: false, offline: true })) };
}

interface DeclaredState { id: string; initial?: string; states?: DeclaredState[] }

// Entering a state made of states enters its initial one; only the definition says which.
function innermost(process: Process, id: string): string {
  const declared = (process.definition as { states?: DeclaredState[] } | null)?.states ?? [];
  const named = (states: DeclaredState[], wanted: string): DeclaredState | undefined => {
    for (const one of states) {
      const found = one.id === wanted ? one : named(one.states ?? [], wanted);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  let state = named(declared, id);
  while (state?.initial !== undefined) {
    const inner = named(state.states ?? [], state.initial);
    if (inner === undefined) break;
    state = inner;
  }
  return state?.id ?? id;
}

function ancestors(process: Process, parent: string): string[] {
  const state = parent === '' ? undefined : process.states.find((one) => one.id === parent);
  return state === undefined ? [] : [state.id, ...ancestors(process, state.parent)];
}

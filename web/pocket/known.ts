// Whom the day's cases are about, with what the hub would fill into forms from their files: asked while there is a network, sealed for one shift and
// gone with it. Only under a purpose the worker has chosen for such cases, each person once; the hub keeps every one on record.
import { Problem } from '@shared/api';
import { answersOf, type CaseDetail, type Process } from '@shared/cases';
import { prefillOf, readPages, type PageTile } from '@shared/pages';
import { may } from '@shared/session';
import { subjects, type KnownField } from '@shared/subjects';
import { readKept } from './kept';
import { theVault } from './shift';
import { processOf, purposeFor, type Work } from './tasks';

export interface KnownSubject {
  case: string;
  number: string;  // of the case, for people
  name: string;
  identifier: string | null;
  at: number;      // when the hub said so, ms since 1970
  forms: Record<string, KnownField[]>;  // by process: its form, filled
}

// So many people at most are taken along, and for each so many forms.
export const persons_most = 30;
export const forms_most = 4;

// What tells whom a case is about: a document or another number of theirs, else their phone. Masked values tell nobody.
export function numberIn(detail: CaseDetail, process: Process): string | null {
  const answers = answersOf(detail.form);
  const told = (fits: (field: Process['fields'][number]) => boolean): unknown => process.fields.filter(fits).map((field) => answers[field.name]).find((value) => value !== undefined);
  const number = told((field) => field.personal === 'identifier' || field.type === 'credit_code') ?? told((field) => field.type === 'phone');
  return number === undefined ? null : String(number).trim();
}

interface Form { process: string; form: string; from: Record<string, string> }

async function formsOf(openable: readonly string[]): Promise<Form[]> {
  const tiles: PageTile[] = (await readKept('pages', 'pocket', () => readPages('pocket'))).value;
  const shown = [...new Set(tiles.filter((one) => one.kind === 'form' && openable.includes(one.process)).map((one) => one.process))].slice(0, forms_most);
  return Promise.all(shown.map(async (process) => ({ process, form: (await processOf(process)).process.form, from: prefillOf(tiles, process) })));
}

async function ask(detail: CaseDetail, number: string, purpose: string, forms: readonly Form[]): Promise<KnownSubject | null> {
  const { items } = await subjects.find(number, purpose);
  // Nobody, or several: whom it is about is left to the worker, with a network.
  if (items.length !== 1) return null;
  const filled: Record<string, KnownField[]> = {};
  for (const { process, form, from } of forms) filled[process] = (await subjects.prefill(items[0].id, form, purpose, from)).known;
  return { case: detail.case.id, number: detail.case.number, name: items[0].name ?? '', identifier: items[0].identifier, at: Date.now(), forms: filled };
}

// A refusal is one person's alone; what befalls all of them ends it until the list is read again.
const endsIt = (cause: unknown): boolean => !(cause instanceof Problem) || cause.unreachable || cause.status >= 500 || [401, 429].includes(cause.status);

export async function takeKnown(work: Work, openable: readonly string[]): Promise<void> {
  const vault = await theVault();
  if (vault === null || !may('subject.read')) return;
  const today = [...work.mine, ...work.role].map((one) => one.id);
  for (const id of await vault.ids('known')) if (!today.includes(id)) await vault.remove('known', id);
  const forms = await formsOf(openable);
  if (forms.length === 0) return;
  const processes = new Map<string, Promise<Process>>();
  const followed = (id: string): Promise<Process> => {
    if (!processes.has(id)) processes.set(id, processOf(id));
    return processes.get(id)!;
  };
  let persons = 0;
  for (const id of today) {
    if (persons === persons_most) return;
    const detail = await vault.get<CaseDetail>('case', id);
    const purpose = detail === null ? null : await purposeFor(detail.case.process);
    const number = detail === null || purpose === null ? null : numberIn(detail, await followed(detail.case.process));
    if (detail === null || purpose === null || number === null) continue;
    ++persons;
    const standing = await vault.get<KnownSubject>('known', id);
    if (standing !== null && forms.every((one) => standing.forms[one.process] !== undefined)) continue;
    try {
      const known = await ask(detail, number, purpose, forms);
      if (known !== null) await vault.put('known', id, known);
    } catch (cause) {
      if (endsIt(cause)) return;
    }
  }
}

// Those of whom a process's form says something, each person once.
export async function knownFor(process: string): Promise<KnownSubject[]> {
  const all = (await (await theVault())?.all<KnownSubject>('known')) ?? [];
  const filling = all.filter((one) => (one.forms[process]?.length ?? 0) > 0);
  return [...new Map(filling.map((one) => [`${one.name} ${one.identifier ?? one.case}`, one])).values()];
}

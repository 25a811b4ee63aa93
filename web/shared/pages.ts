// Pages as scenario packages declare them (pages.yaml), for whoever asks; where none are declared, each process still has its plain ones.
import { get, Problem } from './api';
import type { components } from './api.d';
import type { Case, Process, ProcessSummary } from './cases';

export type PageKind = 'inbox' | 'list' | 'board' | 'map' | 'form' | 'file';

export type PageTile = Omit<components['schemas']['PageTile'], 'for' | 'prefill'> & { prefill: Record<string, string> };

export async function readPages(on: 'desk' | 'pocket'): Promise<PageTile[]> {
  try {
    return (await get<{ items: PageTile[] }>('/pages', { on })).items;
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 404) return [];  // a hub without packages
    throw cause;
  }
}

// What every process can be looked at as, whether or not a package says so.
export const plain_kinds: readonly PageKind[] = ['list', 'board', 'map'];
export const plainPage = (process: ProcessSummary, kind: PageKind): PageTile => ({
  id: `${process.id}:${kind}`, package: process.package, title: process.title, description: process.description, kind, process: process.id, resource: '', icon: '', order: '', columns: [], filters: ['category', 'urgency', 'state', 'region'], prefill: {},
});

// Columns a case has besides its form. A column of the form itself is shown as far as lists carry it: category, urgency, and the one line.
export const case_columns = ['number', 'category', 'urgency', 'summary', 'state', 'region', 'department', 'assignee', 'deadline', 'opened_at', 'closed_at', 'stage'] as const;
export type CaseColumn = (typeof case_columns)[number];
const usual: CaseColumn[] = ['number', 'category', 'summary', 'state', 'region', 'assignee', 'deadline', 'opened_at'];

// From the columns a page names to those that lists carry: the process's category and urgency field by their role, every other field in the one line.
export function columnsOf(page: Pick<PageTile, 'columns'>, process: Pick<Process, 'category' | 'urgency'> | null): CaseColumn[] {
  if (page.columns.length === 0) return process?.category === '' ? usual.filter((one) => one !== 'category') : usual;
  const found = page.columns.map((name): CaseColumn => {
    if (name === process?.category) return 'category';
    if (name === process?.urgency) return 'urgency';
    return (case_columns as readonly string[]).includes(name) ? (name as CaseColumn) : 'summary';
  });
  const unique = [...new Set(found)];
  // Every line begins with its number, which is also the way to the case, and says what it is about.
  const first: CaseColumn[] = unique.includes('number') ? [] : ['number'];
  const about: CaseColumn[] = unique.includes('summary') ? [] : ['summary'];
  return [...first, ...unique.slice(0, 1).filter((one) => one === 'number'), ...about, ...unique.filter((one, at) => !(at === 0 && one === 'number'))];
}

// The same for filters: what the hub's lists can be cut by.
export type CaseFilter = 'category' | 'urgency' | 'state' | 'region';
export function filtersOf(page: Pick<PageTile, 'filters'>, process: Pick<Process, 'category' | 'urgency'> | null): CaseFilter[] {
  const found = page.filters.flatMap((name): CaseFilter[] => {
    if (name === process?.category || (name === 'category' && process?.category !== '')) return ['category'];
    if (name === process?.urgency || (name === 'urgency' && process?.urgency !== '')) return ['urgency'];
    return name === 'state' || name === 'region' ? [name] : [];
  });
  return [...new Set(found)];
}

// Which resource alone fills which field, as the form's page says.
export const prefillOf = (tiles: readonly PageTile[] | null, process: string): Record<string, string> => tiles?.find((one) => one.kind === 'form' && one.process === process)?.prefill ?? {};

// As a page orders its cases: by when they are due, or the newest first.
export function inOrder(items: readonly Case[], order: string): Case[] {
  const due = (one: Case): number => (one.due_at === null ? Infinity : Date.parse(one.due_at));
  const newer = (a: Case, b: Case): number => Date.parse(b.opened_at) - Date.parse(a.opened_at);
  return [...items].sort((a, b) => (order === 'deadline' && due(a) !== due(b) ? due(a) - due(b) : newer(a, b)));
}

// A case's line without the category it begins with, where that stands beside it anyway.
export function headline(one: Pick<Case, 'summary' | 'category_title' | 'process_title'>): string {
  const rest = one.category_title !== '' && one.summary.startsWith(one.category_title) ? one.summary.slice(one.category_title.length).replace(/^[\s\u00b7,\uff0c\u3001]+/, '') : one.summary;
  return rest || one.summary || one.process_title;
}

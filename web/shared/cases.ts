// Cases as the pages read and act on them. Everything shown comes from a process and a case the hub sent: no page knows a service by name.
import { api_root, get, newIdempotencyKey, post, request, send, under, withQuery } from './api';
import type { components } from './api.d';
import type { FormField, FormValues } from './forms/model';
import type { Place } from './near';
import type { Page } from './types';

type Schemas = components['schemas'];
export type Case = Schemas['Case'];
export type CaseDetail = Schemas['CaseDetail'];
export type CaseAction = Schemas['Action'];
export type CaseAnswer = Schemas['Answer'];
export type CaseStep = Schemas['CaseStep'];
export type CaseTask = Schemas['Task'];
export type OwnTasks = Schemas['OwnTasks'];
export type TaskStep = Schemas['TaskStep']['step'];
export type CasePhoto = Schemas['Photo'];
export type CaseBoard = Schemas['CaseBoard'];
export type BoardColumn = Schemas['BoardColumn'];
export type CasePoint = Schemas['Point'];
export type BulkResult = Schemas['BulkResult'];
export type Conflict = Schemas['Conflict'];
export type Duty = Schemas['Duty'];
export type Calendar = Schemas['Calendar'];
export type InputField = Schemas['InputField'];
export type Process = Omit<Schemas['Process'], 'definition'> & { definition: unknown };
export type ProcessSummary = Schemas['ProcessSummary'];
export type ProcessState = Schemas['State'];
export type ProcessTransition = Schemas['Transition'];
export type InboxCount = Schemas['InboxCount'];
export type QueuedAction = Omit<Schemas['QueuedAction'], 'form'> & { form?: FormValues };
export type SyncResult = Schemas['SyncResult'];

export interface NewCase {
  form: FormValues;
  longitude?: number;
  latitude?: number;
  region?: string;
  in_name_of?: string;
  phone?: string;
  photos?: string[];
}

export interface ActionToTake {
  action: string;
  version: number;
  inputs?: FormValues;
  words?: string;
  photos?: string[];
  assignee?: string;
}

export interface CaseQuery {
  process?: string; state?: string; stage?: string; under?: string; department?: string; category?: string; urgency?: string; assignee?: string;
  open?: string; overdue?: string; supervised?: string; opened_from?: string; opened_to?: string; limit?: number; cursor?: string;
}

export const stages = ['report', 'accept', 'file', 'dispatch', 'handle', 'feed_back', 'verify', 'close', 'evaluate'] as const;

// The role of those who help without working cases: tasks are offered to it.
export const helper_role = 'volunteer';

const part = encodeURIComponent;
const at = (id: string): string => `/cases/${part(id)}`;

export const cases = {
  processes: () => get<{ items: ProcessSummary[] }>('/processes'),
  process: (id: string, version?: number) => get<Process>(`/processes/${part(id)}`, { version }),
  open: (process: string, wanted: NewCase, key: string) => post<CaseDetail>(`/processes/${part(process)}/cases`, wanted, key),
  list: (query: CaseQuery) => get<Page<Case>>('/cases', { ...query }),
  own: (query: { limit?: number; cursor?: string }) => get<Page<Case>>('/own-cases', query),
  // Personal fields open under a purpose that the form serves; without one they are masked.
  one: (id: string, purpose: string | null = null) => request(api_root + at(id), under(purpose)).then((response) => response.json() as Promise<CaseDetail>),
  act: (id: string, action: ActionToTake, key: string) => post<CaseDetail>(`${at(id)}/actions`, action, key),
  handOver: (id: string, wanted: { version: number; region?: string; department?: string; reason: string }) => send<CaseDetail>('POST', `${at(id)}/hand-overs`, wanted),
  comment: (id: string, words: string, key: string) => post<CaseDetail>(`${at(id)}/comments`, { words }, key),
  supervise: (id: string, words: string) => send<CaseDetail>('POST', `${at(id)}/supervisions`, { words }),
  merge: (id: string, version: number, parent: string) => send<CaseDetail>('POST', `${at(id)}/mergers`, { version, parent }),
  similar: (id: string) => get<Page<Case>>(`${at(id)}/similar`),
  addTask: (id: string, task: { title: string; region?: string; department?: string; assignee?: string; hours?: number; role?: string }, key: string) => post<CaseTask>(`${at(id)}/tasks`, task, key),
  ownTasks: () => get<OwnTasks>('/own-tasks'),
  stepTask: (id: string, step: TaskStep, words: string, key: string) => post<CaseTask>(`/case-tasks/${part(id)}/steps`, { step, ...(words === '' ? {} : { words }) }, key),
  inbox: (query: { role?: string; mine?: string; process?: string; limit?: number; cursor?: string }) => get<Page<Case>>('/inbox', query),
  inboxCount: () => get<InboxCount>('/inbox/count'),
  board: (process: string, query: { under?: string; items?: number }) => get<CaseBoard>(`/processes/${part(process)}/board`, query),
  points: (query: { process?: string; under?: string }) => get<{ items: CasePoint[]; more: boolean }>('/case-points', query),
  bulk: (wanted: { action: string; cases: { id: string; version: number }[]; inputs?: FormValues; words?: string; assignee?: string }) => send<BulkResult>('POST', '/case-actions', wanted),
  sync: (device: string, actions: QueuedAction[]) => send<{ items: SyncResult[] }>('POST', '/case-sync', { device, actions }),
  conflicts: () => get<{ items: Conflict[] }>('/case-conflicts'),
  settle: (id: string) => send<void>('POST', `/case-conflicts/${part(id)}/settled`),
  duties: (query: { under?: string; duty?: string }) => get<{ items: Duty[] }>('/duties', query),
  addDuty: (duty: Schemas['NewDuty'], key: string) => post<Duty>('/duties', duty, key),
  endDuty: (id: string) => send<void>('DELETE', `/duties/${part(id)}`),
  calendar: (year: number) => get<Calendar>('/calendar', { year }),
  setCalendar: (calendar: Schemas['NewCalendar']) => send<Calendar>('PUT', '/calendar', calendar),
};

export const workbookPath = (query: CaseQuery): string => withQuery(`${api_root}/cases.xlsx`, { ...query });
export const photoPath = (id: string): string => `${api_root}/case-photos/${part(id)}`;

export async function sendPhoto(picture: Blob, key: string = newIdempotencyKey()): Promise<CasePhoto> {
  const response = await request(`${api_root}/case-photos`, { method: 'POST', headers: { 'Content-Type': picture.type, 'Idempotency-Key': key }, body: picture });
  return (await response.json()) as CasePhoto;
}

// Takes pictures to the hub, each once and under one key, however often what they belong to is sent.
export function pictureSender(give: (picture: Blob, key: string) => Promise<{ id: string }> = sendPhoto): (pictures: readonly Blob[]) => Promise<string[]> {
  const keys = new Map<Blob, string>();
  const sent = new Map<Blob, string>();
  return async (pictures) => {
    for (const picture of pictures) {
      if (sent.has(picture)) continue;
      if (!keys.has(picture)) keys.set(picture, newIdempotencyKey());
      sent.set(picture, (await give(picture, keys.get(picture)!)).id);
    }
    return pictures.map((picture) => sent.get(picture)!);
  };
}

// An input field of a process as forms take it: an absent limit is none.
export const formFields = (fields: readonly InputField[]): FormField[] => fields.map((field) => ({
  name: field.name, title: field.title, type: field.type, required: field.required, values: field.values, personal: field.personal as FormField['personal'],
  min: field.min ?? undefined, max: field.max ?? undefined, max_length: field.max_length ?? undefined,
}));

export const placeOf = (one: { longitude: number | null; latitude: number | null }): Place | null =>
  (one.longitude === null || one.latitude === null ? null : { lon: one.longitude, lat: one.latitude });

// The last names of a region's path: what tells places of one city apart.
export const shortPlace = (path: string, names = 2): string => path.split(/\s*\/\s*|\s+/).filter((name) => name !== '').slice(-names).join(' ');

export const answersOf = (answers: readonly CaseAnswer[]): FormValues =>
  Object.fromEntries(answers.filter((one) => !one.masked && one.value !== '').map((one) => [one.name, one.code !== '' ? one.code : one.value]));

export const isMaskedCase = (detail: CaseDetail): boolean => detail.form.some((one) => one.masked);

export const processTitles = (process: Process | null): ReadonlyMap<string, string> => new Map((process?.states ?? []).map((state) => [state.id, state.title]));

// What the pages of data quality and objections ask of the hub, and the shapes they show.
import { ref, type Ref } from 'vue';
import { api_root, get, request } from '@shared/api';
import type { components } from '@shared/api.d';
import type { Page } from '@shared/types';

type Schemas = components['schemas'];
export type Board = Schemas['Board'];
export type Standing = Schemas['Standing'];
export type ScorePart = Schemas['Part'];
export type DayScore = Schemas['DayScore'];
export type Objection = Schemas['Objection'];
export type ObjectionState = Objection['state'];
export type ObjectionDetail = Schemas['ObjectionDetail'];
export type NewObjection = Schemas['NewObjection'];
export type ObjectionStep = Schemas['ObjectionStep'];
export type Kind = 'resources' | 'providers';

export const objection_states: ObjectionState[] = ['open', 'accepted', 'declined', 'withdrawn'];
export const spans = [7, 30, 90] as const;

// How many days are looked at, the same on the board and on what is opened from it.
const span = ref<number>(30);
export const useSpan = (): Ref<number> => span;

// What the bars and figures are coloured by.
const good_from = 90;
const fair_from = 70;
export function gradeOf(score: number | null): 'none' | 'good' | 'fair' | 'poor' {
  if (score === null) return 'none';
  if (score >= good_from) return 'good';
  return score >= fair_from ? 'fair' : 'poor';
}

// The key is the caller's: it stays the same while the same request is sent again.
async function post<Answer>(path: string, body: unknown, key: string): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
  const response = await request(api_root + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

const part = encodeURIComponent;

export const quality = {
  board: (days: number) => get<Board>('/quality', { days }),
  standing: (kind: Kind, id: string, days: number) => get<Standing>(`/quality/${kind}/${part(id)}`, { days }),
  objections: (query: { state?: string; resource?: string; provider?: string; overdue?: 'true'; limit?: number; cursor?: string }) => get<Page<Objection>>('/objections', query),
  objection: (id: string) => get<ObjectionDetail>(`/objections/${part(id)}`),
  object: (objection: NewObjection, key: string) => post<ObjectionDetail>('/objections', objection, key),
  // Of whoever asks: what they objected to themselves.
  ownObjections: (query: { state?: string; limit?: number; cursor?: string }) => get<Page<Objection>>('/own-objections', query),
  ownObjection: (id: string) => get<ObjectionDetail>(`/own-objections/${part(id)}`),
  withdrawOwn: (id: string, reason: string, key: string) => post<ObjectionDetail>(`/own-objections/${part(id)}/withdrawal`, reason === '' ? {} : { reason }, key),
  step: (id: string, step: ObjectionStep, key: string) => post<ObjectionDetail>(`/objections/${part(id)}/steps`, step, key),
};

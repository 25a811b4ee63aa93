// What the pages of subjects, pairs and merges ask of the hub, and the shapes they show.
import { api_root, newIdempotencyKey, request, under, withQuery } from '@shared/api';
import type { components } from '@shared/api.d';
import type { Page } from '@shared/types';

type Schemas = components['schemas'];
export type SubjectSummary = Schemas['SubjectSummary'];
export type SubjectPage = Schemas['SubjectPage'];
export type SubjectFile = Schemas['SubjectFile'];
export type FileEntry = Schemas['FileEntry'];
export type SubjectIdentifier = Schemas['SubjectIdentifier'];
export type LinkWhy = Schemas['LinkWhy'];
export type SubjectRelation = Schemas['SubjectRelation'];
export type SubjectEvent = Omit<Schemas['SubjectEvent'], 'weights'> & { weights: Record<string, number> };
export type Review = Schemas['Review'];
export type ReviewOffer = Schemas['ReviewOffer'];
export type RegistryStatus = Schemas['RegistryStatus'];
export type ModelVersion = Schemas['ModelVersion'];
export type Comparison = Schemas['Comparison'];
export type NewComparison = Omit<Schemas['NewComparison'], 'list'> & { list?: string[] };
export type ComparisonMatch = Schemas['ComparisonMatch'];
export type WithdrawalSubjects = Schemas['WithdrawalSubjects'];
export type Verdict = Schemas['Verdict']['verdict'];
export type Kind = SubjectSummary['kind'];
export type NewRelation = Schemas['NewRelation'];
export type RelationKind = NewRelation['kind'];
export const relation_kinds: RelationKind[] = ['member', 'tenant', 'employee', 'owner', 'guardian', 'carer'];
export const kinds: Kind[] = ['person', 'household', 'enterprise', 'venue', 'vehicle', 'device'];

async function ask<Answer>(path: string, purpose: string, query: Record<string, string | number | undefined> = {}): Promise<Answer> {
  return (await (await request(withQuery(api_root + path, query), under(purpose))).json()) as Answer;
}

async function send<Answer>(path: string, purpose: string, body: unknown, key: string): Promise<Answer> {
  const headers = { ...(under(purpose).headers as Record<string, string> | undefined), 'Content-Type': 'application/json', 'Idempotency-Key': key };
  return (await (await request(api_root + path, { method: 'POST', headers, body: body === undefined ? undefined : JSON.stringify(body) })).json()) as Answer;
}

const part = encodeURIComponent;

export const registry = {
  search: (query: { q: string; kind?: string; under?: string }, purpose: string) => ask<SubjectPage>('/subjects', purpose, { ...query, limit: 50 }),
  file: (id: string, purpose: string) => ask<SubjectFile>(`/subjects/${part(id)}`, purpose),
  why: (id: string, record: string, purpose: string) => ask<LinkWhy>(`/subjects/${part(id)}/links/${part(record)}/why`, purpose),
  eventsOf: (id: string, purpose: string) => ask<Page<SubjectEvent>>(`/subjects/${part(id)}/events`, purpose),
  events: (cursor?: string) => ask<Page<SubjectEvent>>('/subject-events', '', { limit: 50, cursor }),
  merge: (id: string, other: string, reason: string, key: string) => send<SubjectEvent>(`/subjects/${part(id)}/merge`, '', { with: other, reason }, key),
  undo: (event: string) => send<SubjectEvent>(`/subject-events/${part(event)}/undo`, '', undefined, newIdempotencyKey()),
  relate: (id: string, relation: NewRelation, key: string) => send<{ id: string }>(`/subjects/${part(id)}/relations`, '', relation, key),
  endRelation: async (id: string): Promise<void> => void (await request(`${api_root}/subject-relations/${part(id)}`, { method: 'DELETE', headers: { 'Idempotency-Key': newIdempotencyKey() } })),
  next: (purpose: string) => send<ReviewOffer>('/subject-reviews/next', purpose, undefined, newIdempotencyKey()),
  unsure: (cursor?: string) => ask<Page<Review>>('/subject-reviews', '', { state: 'unsure', limit: 50, cursor }),
  review: (id: string, purpose: string) => ask<Review>(`/subject-reviews/${part(id)}`, purpose),
  decide: (review: string, verdict: Verdict, purpose: string) => send<Review>(`/subject-reviews/${part(review)}/decision`, purpose, { verdict }, newIdempotencyKey()),
  reopen: (review: string, purpose: string) => send<Review>(`/subject-reviews/${part(review)}/reopen`, purpose, undefined, newIdempotencyKey()),
  foretold: (batch: string, cursor?: string) => ask<WithdrawalSubjects>(`/batches/${part(batch)}/withdrawal/subjects`, '', { limit: 20, cursor }),
  models: () => ask<{ items: ModelVersion[] }>('/registry/models', ''),
  learn: () => send<ModelVersion>('/registry/models', '', undefined, newIdempotencyKey()),
  compare: (version: number) => send<ModelVersion>(`/registry/models/${version}/compare`, '', undefined, newIdempotencyKey()),
  activate: (version: number) => send<ModelVersion>(`/registry/models/${version}/activate`, '', undefined, newIdempotencyKey()),
  comparisons: (cursor?: string) => ask<Page<Comparison>>('/comparisons', '', { limit: 50, cursor }),
  comparison: (id: string) => ask<Comparison>(`/comparisons/${part(id)}`, ''),
  askComparison: (wanted: NewComparison, key: string) => send<Comparison>('/comparisons', '', wanted, key),
  decideComparison: (id: string, step: 'approve' | 'decline') => send<Comparison>(`/comparisons/${part(id)}/decision`, '', { step }, newIdempotencyKey()),
  matches: (id: string, purpose: string, cursor?: string) => ask<Page<ComparisonMatch>>(`/comparisons/${part(id)}/matches`, purpose, { limit: 500, cursor }),
  purposes: async () => (await ask<RegistryStatus>('/registry', '')).purposes,
  status: () => ask<RegistryStatus>('/registry', ''),
};

// A weight with its sign, as "+8.3".
export const bitsOf = (weight: number): string => `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(1)}`;

const keys: Record<string, Verdict | 'back'> = { j: 'same', y: 'same', k: 'different', n: 'unsure', u: 'back' };

// What a key says about the pair on the screen. A key that is held says it once: the next pair has not been seen yet.
export function strokeOf(event: Pick<KeyboardEvent, 'key' | 'repeat' | 'ctrlKey' | 'metaKey' | 'altKey'>): Verdict | 'back' | null {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return null;
  return keys[event.key.toLowerCase()] ?? null;
}

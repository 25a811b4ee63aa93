// What the pages of cleaning rules and synonym lists ask of the hub.
import { api_root, request } from '@shared/api';
import type { components } from '@shared/api.d';

type Schemas = components['schemas'];
export type Rule = Schemas['CleaningRules']['items'][number];
export type Outcome = Schemas['CleanedValue'];
export type SynonymList = Schemas['SynonymList'];
export type Kind = Schemas['ValueToClean']['kind'];
export type Word = Schemas['SynonymWord'];

async function ask<Answer>(path: string, method = 'GET', body?: unknown): Promise<Answer> {
  const sent = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  return (await (await request(api_root + path, { method, ...sent })).json()) as Answer;
}

const place = (resource: string, field: string): string => `/resources/${encodeURIComponent(resource)}/synonyms/${encodeURIComponent(field)}`;

export const cleaning = {
  rules: () => ask<Schemas['CleaningRules']>('/cleaning-rules'),
  clean: (value: Schemas['ValueToClean']) => ask<Outcome>('/clean', 'POST', value),
  lists: (resource: string) => ask<Schemas['SynonymLists']>(`/resources/${encodeURIComponent(resource)}/synonyms`),
  put: (resource: string, field: string, edit: Schemas['SynonymEdit']) => ask<SynonymList>(place(resource, field), 'PUT', edit),
  unknown: (resource: string, field: string) => ask<Schemas['UnknownWords']>(`${place(resource, field)}/unknown`),
};

// Kinds of values that can be tried; the words of a choice belong to a resource.
export const kinds = ['text', 'person_name', 'phone', 'citizen_id', 'identity_document', 'credit_code', 'date', 'datetime', 'integer', 'number', 'boolean', 'region', 'address'] as const;

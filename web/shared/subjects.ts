// What a form need not ask, since the file of its subject says it: found by name, phone, document or address, under a purpose.
import { api_root, request, under, withQuery } from './api';
import type { components } from './api.d';
import type { FormField, FormValues } from './forms/model';
import { isEmpty, isMasked } from './forms/model';

type Schemas = components['schemas'];
export type SubjectHit = Schemas['SubjectSummary'];
export type KnownField = Schemas['PrefilledField'];

async function ask<Answer>(path: string, query: Record<string, string | number>, purpose: string | null): Promise<Answer> {
  const response = await request(withQuery(api_root + path, query), under(purpose));
  return (await response.json()) as Answer;
}

export const subjects = {
  find: (q: string, purpose: string | null) => ask<{ items: SubjectHit[]; purposes: string[] }>('/subjects', { q, limit: 8 }, purpose),
  // `from`: fields that one resource alone fills, as the package's page says.
  prefill: (id: string, form: string, purpose: string | null, from: Record<string, string> = {}) => {
    const bound = Object.entries(from).map(([field, resource]) => `${field}:${resource}`).join();
    return ask<{ known: KnownField[] }>(`/subjects/${encodeURIComponent(id)}/prefill`, { form, ...(bound === '' ? {} : { from: bound }) }, purpose);
  },
};

// Only fields that the form has and nobody has filled; what is masked fills nothing.
export function takeOver(fields: readonly FormField[], values: FormValues, known: readonly KnownField[]): { values: FormValues; filled: string[] } {
  const filled: string[] = [];
  const next = { ...values };
  for (const one of known) {
    const field = fields.find((each) => each.name === one.field);
    if (field === undefined || !isEmpty(values[one.field]) || isEmpty(one.value) || isMasked(one.value)) continue;
    next[one.field] = one.value;
    filled.push(one.field);
  }
  return { values: next, filled };
}

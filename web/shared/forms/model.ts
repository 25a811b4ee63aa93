// Forms made from fields, the same on desk and phone: which control a field gets, what stands in it from the beginning, what is missing or
// plainly wrong before anything is sent, and what is sent. The hub checks again and cleans; what only it can know is left to it.
import type { ResourceField } from '../types';

export type FormField = Pick<ResourceField, 'name' | 'title' | 'type' | 'required'> & Partial<Pick<ResourceField, 'values' | 'min' | 'max' | 'max_length' | 'meaning' | 'personal'>>;
export type FormValues = Record<string, unknown>;

export type Control = 'score' | 'choice' | 'chips' | 'yes_no' | 'date' | 'datetime' | 'number' | 'region' | 'phone' | 'long_text' | 'text';

// Up to so many choices all stand in sight; more are picked from a list.
export const chips_most = 6;
// Whole numbers up to this are given by a touch on a scale.
export const score_most = 5;
// Texts longer than this get several lines.
const one_line_most = 80;

export function controlOf(field: FormField): Control {
  switch (field.type) {
    case 'choice': return (field.values?.length ?? 0) <= chips_most ? 'chips' : 'choice';
    case 'boolean': return 'yes_no';
    case 'date': return 'date';
    case 'datetime': return 'datetime';
    case 'integer': return field.min !== undefined && field.min >= 0 && field.max !== undefined && field.max <= score_most ? 'score' : 'number';
    case 'number': return 'number';
    case 'region': return 'region';
    case 'phone': return 'phone';
    case 'text': return field.max_length === undefined || field.max_length > one_line_most ? 'long_text' : 'text';
    default: return 'text';
  }
}

export const isEmpty = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

// What stands in the form from the beginning: the first source that has the field, in order; masked values (with *) are no values.
export function prefilled(fields: readonly FormField[], ...sources: (FormValues | null | undefined)[]): FormValues {
  const values: FormValues = {};
  for (const { name } of fields) {
    const source = sources.find((one) => one !== null && one !== undefined && !isEmpty(one[name]) && !isMasked(one[name]));
    if (source) values[name] = source[name];
  }
  return values;
}

export const isMasked = (value: unknown): boolean => typeof value === 'string' && value.includes('*');

export type Trouble = 'required' | 'too_long' | 'not_a_number' | 'not_whole' | 'too_small' | 'too_large' | 'not_a_date' | 'phone';

function troubleWith(field: FormField, value: unknown): Trouble | null {
  if (isEmpty(value)) return field.required ? 'required' : null;
  if (field.type === 'integer' || field.type === 'number') {
    const number = Number(value);
    if (!Number.isFinite(number)) return 'not_a_number';
    if (field.type === 'integer' && !Number.isInteger(number)) return 'not_whole';
    if (field.min !== undefined && number < field.min) return 'too_small';
    if (field.max !== undefined && number > field.max) return 'too_large';
    return null;
  }
  if (field.type === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(String(value))) return 'not_a_date';
  if (field.type === 'datetime' && Number.isNaN(Date.parse(String(value)))) return 'not_a_date';
  if (field.type === 'phone' && String(value).replace(/\D/g, '').length < 7) return 'phone';
  if (field.max_length !== undefined && [...String(value)].length > field.max_length) return 'too_long';
  return null;
}

// By field; empty when the form may be sent.
export function troubles(fields: readonly FormField[], values: FormValues): Record<string, Trouble> {
  const found: Record<string, Trouble> = {};
  for (const field of fields) {
    const trouble = troubleWith(field, values[field.name]);
    if (trouble !== null) found[field.name] = trouble;
  }
  return found;
}

// What is sent: only what is filled, numbers as numbers, texts without spaces around them.
export function sent(fields: readonly FormField[], values: FormValues): FormValues {
  const body: FormValues = {};
  for (const { name, type } of fields) {
    const value = values[name];
    if (isEmpty(value)) continue;
    body[name] = type === 'integer' || type === 'number' ? Number(value) : typeof value === 'string' ? value.trim() : value;
  }
  return body;
}

// The same as texts, which is how the hub's cleaning takes a case's form.
export function sentTexts(fields: readonly FormField[], values: FormValues): Record<string, string> {
  return Object.fromEntries(Object.entries(sent(fields, values)).map(([name, value]) => [name, String(value)]));
}

// A value as the reader sees it; titles of regions are given where they are known.
export function shownValue(field: FormField, value: unknown, words: { yes: string; no: string; none: string }, regions: ReadonlyMap<string, string> = new Map()): string {
  if (isEmpty(value)) return words.none;
  if (field.type === 'boolean') return value === true || value === 'true' ? words.yes : words.no;
  if (field.type === 'choice') return field.values?.find((one) => one.id === value)?.title ?? String(value);
  if (field.type === 'region') return regions.get(String(value)) ?? String(value);
  return String(value);
}

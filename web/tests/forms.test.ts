// Goal: a form asks for the right control, begins with what is known, tells what is missing before anything is sent, and sends what was meant.
import { describe, expect, it } from 'vitest';
import { takeOver } from '../shared/subjects';
import { controlOf, prefilled, sent, sentTexts, shownValue, troubles, type FormField } from '../shared/forms/model';

const field = (name: string, type: string, extra: Partial<FormField> = {}): FormField => ({ name, title: name, type, required: false, ...extra });
const choices = (count: number) => Array.from({ length: count }, (_, turn) => ({ id: `c${turn}`, title: `Choice ${turn}` }));

describe('controls', () => {
  it('shows a few choices at once and many in a list', () => {
    expect(controlOf(field('a', 'choice', { values: choices(6) }))).toBe('chips');
    expect(controlOf(field('a', 'choice', { values: choices(7) }))).toBe('choice');
  });
  it('gives short texts one line and long ones several', () => {
    expect(controlOf(field('a', 'text', { max_length: 40 }))).toBe('text');
    expect(controlOf(field('a', 'text', { max_length: 500 }))).toBe('long_text');
    expect(controlOf(field('a', 'text'))).toBe('long_text');
  });
  it('knows a score by its small scale', () => {
    expect(controlOf(field('score', 'integer', { min: 1, max: 5 }))).toBe('score');
    expect(controlOf(field('people', 'integer', { min: 1, max: 50 }))).toBe('number');
  });
  it('treats types it does not know as text', () => expect(controlOf(field('a', 'citizen_id'))).toBe('text'));
});

describe('what stands in the form', () => {
  const fields = [field('name', 'person_name'), field('phone', 'phone'), field('grid', 'region')];
  it('is the first source that has it', () => {
    expect(prefilled(fields, { name: 'Li' }, { name: 'Wang', phone: '13800138000' })).toEqual({ name: 'Li', phone: '13800138000' });
  });
  it('is never a masked value, nor one of another field', () => {
    expect(prefilled(fields, { name: 'L*', other: 1 }, { phone: '138****8000', grid: ' ' })).toEqual({});
  });
});

describe('what is wrong', () => {
  const fields = [
    field('name', 'person_name', { required: true, max_length: 4 }), field('people', 'integer', { min: 1, max: 20 }), field('on', 'date'), field('at', 'datetime'), field('phone', 'phone'), field('weight', 'number'),
  ];
  it('is told by field', () => {
    expect(troubles(fields, { name: ' ', people: '1.5', on: 'soon', at: 'x', phone: '12', weight: 'heavy' })).toEqual({
      name: 'required', people: 'not_whole', on: 'not_a_date', at: 'not_a_date', phone: 'phone', weight: 'not_a_number',
    });
    expect(troubles(fields, { name: 'abcde', people: 0 })).toEqual({ name: 'too_long', people: 'too_small' });
    expect(troubles(fields, { name: 'abcd', people: 21 })).toEqual({ people: 'too_large' });
  });
  it('counts signs, not code units', () => expect(troubles(fields, { name: '𠮷𠮷𠮷𠮷' })).toEqual({}));
  it('is nothing where all is well or left out', () => {
    expect(troubles(fields, { name: 'Li', people: 3, on: '2020-02-14', at: '2020-02-14T08:00', phone: '138 0013 8000', weight: '3.5' })).toEqual({});
    expect(troubles(fields, { name: 'Li' })).toEqual({});
  });
});

describe('what is sent', () => {
  const fields = [field('name', 'text'), field('people', 'integer'), field('ok', 'boolean'), field('none', 'text')];
  it('is what is filled, trimmed, with numbers as numbers', () => {
    expect(sent(fields, { name: ' Li ', people: '3', ok: false, none: '  ', stray: 1 })).toEqual({ name: 'Li', people: 3, ok: false });
  });
  it('is texts for a case', () => expect(sentTexts(fields, { name: 'Li', people: 3, ok: true })).toEqual({ name: 'Li', people: '3', ok: 'true' }));
  it('is shown with titles', () => {
    const words = { yes: 'Yes', no: 'No', none: '—' };
    expect(shownValue(field('a', 'choice', { values: choices(2) }), 'c1', words)).toBe('Choice 1');
    expect(shownValue(field('a', 'boolean'), 'false', words)).toBe('No');
    expect(shownValue(field('a', 'region'), '9901', words, new Map([['9901', 'Yunxi']]))).toBe('Yunxi');
    expect(shownValue(field('a', 'text'), '', words)).toBe('—');
  });
});

describe('what the file says', () => {
  const fields = [field('name', 'person_name'), field('phone', 'phone'), field('address', 'address')];
  const known = (name: string, value: string) => ({ field: name, title: name, record: '1', value, source: { id: 'r', title: 'R' }, day: '2020-02-14' });
  it('fills what is empty and changes nothing that was typed', () => {
    expect(takeOver(fields, { name: 'Li' }, [known('name', 'Wang'), known('phone', '13800138000')])).toEqual({ values: { name: 'Li', phone: '13800138000' }, filled: ['phone'] });
  });
  it('fills nothing with what is masked or not asked', () => {
    expect(takeOver(fields, {}, [known('phone', '138****8000'), known('sex', 'female'), known('address', '')])).toEqual({ values: {}, filled: [] });
  });
});

// Goal: what the hub refuses reaches the reader as its sentence, at the field it names.
import { describe, expect, it } from 'vitest';
import { outline, operationsOf, type Description } from '../api/openapi';
import { isRunning } from '../shared/batch';
import { mediaTypeOf } from '../desk/upload';
import { Problem, problemOf, withQuery } from '../shared/api';
import { pickLanguage } from '../shared/language';
import { fieldSentences, isFinal, sentenceOf } from '../shared/problem';

const t = (key: string): string => key;

describe('problems', () => {
  it('prefer the detail sentence', async () => {
    const problem = await problemOf({ status: 422, statusText: '' }, '{"title":"Invalid","detail":"Phone must have 11 digits."}');
    expect(sentenceOf(problem, t)).toBe('Phone must have 11 digits.');
  });
  it('survive an answer that is not JSON', async () => {
    expect(sentenceOf(await problemOf({ status: 502, statusText: '' }, '<html>'), t)).toBe('');
    expect(sentenceOf(new Problem(502, {}), t)).toBe('common.failed');
  });
  it('say so when the hub cannot be reached', () => expect(sentenceOf(new Problem(0, {}), t)).toBe('common.offline'));
  it('are not asked about again when refused or gone for good', () => {
    expect([403, 410, 404, 503].map((status) => isFinal(new Problem(status, {})))).toEqual([true, true, false, false]);
  });
  it('are sorted to the fields they name', () => {
    const problem = new Problem(422, { errors: [{ field: '/phone', code: 'x', detail: 'A.' }, { field: '/fields/name', code: 'y', detail: 'B.' }] });
    expect(fieldSentences(problem)).toEqual({ phone: 'A.', name: 'B.' });
    expect(fieldSentences(new Error('x'))).toEqual({});
  });
});

describe('requests', () => {
  it('leave out what was not asked and escape the rest', () => expect(withQuery('/x', { q: '\u9999 a&b', limit: 5, cursor: undefined, under: '' })).toBe('/x?q=%E9%A6%99%20a%26b&limit=5'));
  it('know a file by its name', () => {
    expect(['a.CSV', 'b.jsonl', 'c.ndjson', 'd.bin'].map(mediaTypeOf)).toEqual(['text/csv', 'application/x-ndjson', 'application/x-ndjson', 'application/octet-stream']);
  });
  it('follow a batch until it stops', () => {
    expect((['queued', 'running', 'done', 'failed', 'interrupted'] as const).map((state) => isRunning({ state }))).toEqual([true, true, false, false, false]);
  });
});

describe('language', () => {
  it('is the chosen one, else the browser’s first known one, else Chinese', () => {
    expect(pickLanguage('en', ['zh-CN'])).toBe('en');
    expect(pickLanguage(null, ['fr', 'en-GB', 'zh'])).toBe('en');
    expect(pickLanguage('xx', ['fr'])).toBe('zh');
  });
});

describe('API page', () => {
  const description: Description = {
    openapi: '3.1.0', info: { title: 'x', version: '1' },
    paths: { '/a/{id}': { get: { operationId: 'a', tags: ['m'], summary: 'Look', 'x-summary-zh': 'Kan', 'x-permission': 'p.read', responses: { default: { $ref: '#/components/responses/P' } } } } },
    components: { responses: { P: { description: 'Problem', content: { 'application/problem+json': {} } } } },
  };
  it('shows summary and permission in the reader’s language', () => {
    expect(operationsOf(description, 'zh')[0]).toMatchObject({ id: 'a', summary: 'Kan', permission: 'p.read', module: 'm' });
    expect(operationsOf(description, 'en')[0]).toMatchObject({ summary: 'Look' });
  });
  it('follows references in answers and stops at loops in schemas', () => {
    expect(operationsOf(description, 'en')[0].answers[0].media).toBe('application/problem+json');
    const loop = { Node: { type: 'object', properties: { next: { $ref: '#/components/schemas/Node' } } } };
    expect(outline({ $ref: '#/components/schemas/Node' }, loop, 3)).toContain('next');
  });
});

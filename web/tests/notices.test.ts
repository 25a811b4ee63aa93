// Goal: a notice's questions make a form, its answers reach the hub as it takes them, and its reader sees what is left to do.
import { describe, expect, it } from 'vitest';
import { freeId, answersFrom, ownState, questionFields, valuesFrom, type NoticeQuestion } from '../shared/notices';

const questions: NoticeQuestion[] = [
  { id: 'n', title: 'How many', type: 'number', required: true }, { id: 'ok', title: 'Can they', type: 'yes_no', required: true }, { id: 'c', title: 'Which', type: 'choice', values: ['a', 'b'] }, { id: 't', title: 'Words', type: 'text' },
];

describe('questions', () => {
  it('become fields', () => {
    expect(questionFields(questions).map((one) => [one.name, one.type, one.required, one.values?.length])).toEqual([['n', 'number', true, undefined], ['ok', 'boolean', true, undefined], ['c', 'choice', false, 2], ['t', 'text', false, undefined]]);
  });
  it('are answered as the hub takes it, what is empty not at all', () => {
    expect(answersFrom(questions, { n: '12', ok: 'false', c: 'b', t: '  ' })).toEqual([{ question: 'n', answer: '12' }, { question: 'ok', answer: 'no' }, { question: 'c', answer: 'b' }]);
  });
  it('show again what was answered', () => {
    expect(valuesFrom(questions, { n: 12, ok: 'yes' })).toEqual({ n: 12, ok: 'true' });
    expect(valuesFrom(questions, null)).toEqual({});
  });
});

describe('what is left to do', () => {
  const now = Date.parse('2020-02-14T08:00:00Z');
  const notice = { kind: 'notice' as const, read_at: null, answered_at: null, questions: [], due_at: null, ended: false };
  it('is reading a notice', () => {
    expect(ownState(notice, now)).toBe('unread');
    expect(ownState({ ...notice, read_at: '2020-02-14T07:00:00Z' }, now)).toBe('done');
  });
  it('is answering an order, and it is late after its time', () => {
    const order = { ...notice, kind: 'order' as const, read_at: '2020-02-14T07:00:00Z', due_at: '2020-02-14T09:00:00Z' };
    expect(ownState(order, now)).toBe('to_answer');
    expect(ownState({ ...order, due_at: '2020-02-14T07:59:59Z' }, now)).toBe('late');
    expect(ownState({ ...order, answered_at: '2020-02-14T07:30:00Z' }, now)).toBe('done');
  });
  it('is nothing once it has ended', () => expect(ownState({ ...notice, questions, ended: true }, now)).toBe('ended'));
});

describe('a question that is added', () => {
  it('has a name of its own after another was removed', () => expect([freeId('q', []), freeId('q', ['q1', 'q2']), freeId('q', ['q2']), freeId('q', ['q1', 'q3'])]).toEqual(['q1', 'q3', 'q1', 'q2']));
});

// Goal: what the stand-in hub answers is what the pages can judge and add up, as the real one's is.
import { describe, expect, it } from 'vitest';
// @ts-expect-error The mock is plain JavaScript.
import { auditAnswer } from '../mock/audit.mjs';
// @ts-expect-error The mock is plain JavaScript.
import { qualityAnswer } from '../mock/quality.mjs';
// @ts-expect-error The mock is plain JavaScript.
import { noticesAnswer } from '../mock/notices.mjs';
import { judge, type InclusionProof } from '../desk/audit';
import type { Board, ObjectionDetail } from '../desk/quality';

const query = (text = ''): URLSearchParams => new URLSearchParams(text);

describe('the stand-in hub', () => {
  it('proves every entry of its audit log', async () => {
    const [, head] = auditAnswer('GET', '/audit/heads', query()) as [number, { items: { size: number }[] }];
    for (let position = 0; position < head.items[0].size; ++position) {
      const [status, proof] = auditAnswer('GET', `/audit/entries/${position}`, query()) as [number, InclusionProof];
      expect(status).toBe(200);
      expect(await judge(proof)).toBe('proved');
      const changed = { ...proof, leaf: { ...proof.leaf, entry: { ...proof.leaf.entry!, actor: 'somebody' } } };
      expect(await judge(changed)).toBe('wrong');
    }
  });

  it('takes one answer to a notice, as the hub does', () => {
    const answer = () => (noticesAnswer('POST', '/me/notices/501/answer', query(), { answers: [{ question: 'people', answer: '12' }] }) as [number])[0];
    expect([answer(), answer()]).toEqual([200, 409]);
  });

  it('takes the points a score lacks from its parts', () => {
    const [, board] = qualityAnswer('GET', '/quality', query('days=30'), 'en', {}) as [number, Board];
    expect(board.resources.length).toBeGreaterThan(3);
    for (const one of [...board.resources, ...board.providers]) {
      expect(one.days).toHaveLength(30);
      expect(one.score! + one.parts.reduce((sum, part) => sum + part.lost, 0)).toBeCloseTo(100, 6);
      expect(one.counts.accepted).toBe(one.days.reduce((sum, day) => sum + day.counts.accepted, 0));
    }
  });

  it('keeps an objection and its one answer', () => {
    const wanted = { actor: '王敏', resource: 'resident-register', record: '5009', version: 1, field: 'phone', reason: 'x' };
    const [made, opened] = qualityAnswer('POST', '/objections', query(), 'zh', wanted) as [number, ObjectionDetail];
    expect(made).toBe(201);
    const path = `/objections/${opened.objection.id}/steps`;
    const [, closed] = qualityAnswer('POST', path, query(), 'zh', { actor: '李强', step: 'accept' }) as [number, ObjectionDetail];
    expect(closed.objection.state).toBe('accepted');
    expect(closed.objection.closed_by).toBe('李强');
    expect((qualityAnswer('POST', path, query(), 'zh', { actor: '李强', step: 'decline' }) as [number])[0]).toBe(409);
  });
});

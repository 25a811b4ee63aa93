// Goal: a live change moves exactly the figures it names.
import { describe, expect, it } from 'vitest';
import { foldChange } from '../shared/fold';
import type { Cockpit } from '../shared/types';

const label = { code: '9901', name: 'city', level: 2, level_name: 'city' };
const picture = (): Cockpit => ({
  region: label, path: [label], as_of: '2020-02-01T00:00:00Z', position: '1', synthetic: true, breadth: 'all',
  cards: [{ metric: 'm', title: 'M', resource: 'r', kind: 'count', total: 10, latest_day: '2020-02-02', latest: 3, days: [{ day: '2020-02-01', value: 7 }, { day: '2020-02-02', value: 3 }] }],
  children: [{ code: 'a', name: 'A', level: 3, values: { m: 4 } }, { code: 'b', name: 'B', level: 3, values: { m: 6 } }],
  quality: [{ resource: 'r', title: 'R', provider: 'P', accepted: 10, cleaned: 0, refused: 0, unchanged: 0, reasons: [] }],
  activity: { events_per_second: 0, lag_ms: 0 },
});
const change = { as_of: '2020-02-02T00:00:00Z', position: '2' };

describe('folding changes', () => {
  it('moves totals and names the children that changed', () => {
    const shown = picture();
    expect(foldChange(shown, { ...change, cards: [{ ...shown.cards[0], total: 12 }], children: { a: { m: 6 }, b: { m: 6 } } })).toEqual(['a']);
    expect(shown.cards[0].total).toBe(12);
    expect(shown.children.map((child) => child.values.m)).toEqual([6, 6]);
    expect(shown.position).toBe('2');
  });
  it('replaces the quality of one source and adds a new one', () => {
    const shown = picture();
    foldChange(shown, { ...change, quality: [{ ...shown.quality[0], refused: 2 }, { ...shown.quality[0], resource: 'new' }] });
    expect(shown.quality.map((source) => [source.resource, source.refused])).toEqual([['r', 2], ['new', 0]]);
  });
  it('takes whole cards, known and new', () => {
    const shown = picture();
    foldChange(shown, { ...change, cards: [{ ...shown.cards[0], total: 20 }, { ...shown.cards[0], metric: 'n' }] });
    expect(shown.cards.map((card) => [card.metric, card.total])).toEqual([['m', 20], ['n', 10]]);
  });
  it('leaves alone what the change does not name', () => {
    const shown = picture();
    expect(foldChange(shown, change)).toEqual([]);
    expect({ ...shown, as_of: '', position: '' }).toEqual({ ...picture(), as_of: '', position: '' });
  });
});

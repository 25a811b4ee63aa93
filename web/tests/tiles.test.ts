// Goal: a package's tiles say what the region in view holds, divide by what they say they divide by, and claim nothing that is unknown.
import { describe, expect, it } from 'vitest';
import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { createI18n } from 'vue-i18n';
import ServiceTiles from '../cockpit/ServiceTiles.vue';
import { messages } from '../shared/messages';
import { barsOf, hoursText, metricsOf, rankingOf, shareText, totalOf, trendOf, valueOf, type Tile, type TileGroup } from '../shared/tiles';
import type { Card, Cockpit } from '../shared/types';

const card = (metric: string, total: number, days: Card['days'] = []): Card =>
  ({ metric, title: metric, resource: 'p', kind: 'count', total, latest_day: days.at(-1)?.day ?? null, latest: days.at(-1)?.value ?? 0, days });
const tile = (show: Tile['show'], metric: string, of = '', more: Partial<Tile> = {}): Tile => ({ id: `${show}-${metric}`, title: metric, definition: '', show, metric, of, days: 30, unit: 'count', ...more });
const child = (code: string, values: Record<string, number>) => ({ code, name: `Region ${code}`, level: 3, values });
const picture = (cards: Card[], more: Partial<Cockpit> = {}): Cockpit => ({
  region: { code: '1', name: 'City', level: 2, level_name: 'city' }, path: [], as_of: null, position: '0.0', synthetic: true, breadth: 'all', cards,
  children: [child('11', { opened: 3 }), child('12', { opened: 9 }), child('13', { opened: 0 })], quality: [], activity: { events_per_second: 0, lag_ms: 0 }, ...more,
} as Cockpit);
const plain = (key: string, named: Record<string, unknown>): string => `${key} ${named.n}`;

describe('the worth of a tile', () => {
  it('is the total of the region', () => expect(valueOf(tile('number', 'opened'), picture([card('opened', 12)]))).toBe(12));
  it('is 0 where nothing happened yet', () => expect(valueOf(tile('number', 'opened'), picture([]))).toBe(0));
  it('is unknown to whoever does not see all figures of the region', () => expect(totalOf(picture([], { breadth: 'open' }), 'opened')).toBeNull());
  it('of a share is its part of the whole', () => {
    const both = picture([card('opened', 12), card('closed', 9)]);
    expect(valueOf(tile('share', 'closed', 'opened'), both)).toBe(0.75);
    expect(shareText(tile('share', 'closed', 'opened'), both, 'en')).toBe('75%');
  });
  it('of a share of nothing is unknown', () => {
    expect(valueOf(tile('share', 'closed', 'opened'), picture([]))).toBeNull();
    expect(shareText(tile('share', 'closed', 'opened'), picture([]), 'zh')).toBe('\u2014');
  });
  it('of a mean is told in hours, and in days when there are many', () => {
    const both = picture([card('hours', 90), card('ended', 4)]);
    expect(valueOf(tile('mean', 'hours', 'ended'), both)).toBe(22.5);
    expect(hoursText(22.5, 'en', plain)).toBe('tiles.hours 22.5');
    expect(hoursText(60, 'en', plain)).toBe('tiles.days 2.5');
    expect(hoursText(null, 'en', plain)).toBe('\u2014');
  });
});

describe('a trend', () => {
  const days = [{ day: '2020-03-09', value: 2 }, { day: '2020-03-11', value: 4 }];
  it('fills the days without cases', () => expect(trendOf(tile('trend', 'opened'), card('opened', 6, days)).map((day) => day.value)).toEqual([2, 0, 4]));
  it('takes no more days than it is declared with', () => expect(trendOf(tile('trend', 'opened', '', { days: 2 }), card('opened', 6, days)).map((day) => day.value)).toEqual([0, 4]));
  it('puts earlier days before the card’s own, which are the newer truth', () => {
    const shown = trendOf(tile('trend', 'opened', '', { days: 90 }), card('opened', 6, days), [{ day: '2020-03-07', value: 5 }, { day: '2020-03-09', value: 99 }]);
    expect(shown.map((day) => day.value)).toEqual([5, 0, 2, 0, 4]);
  });
  it('without figures is empty', () => expect(trendOf(tile('trend', 'opened'), null)).toEqual([]));
});

describe('the bars of a trend', () => {
  const days = (count: number) => Array.from({ length: count }, (_, at) => ({ day: `2020-03-${String(at + 1).padStart(2, '0')}`, value: at + 1 }));
  it('of a single day is one narrow bar at the right', () => expect(barsOf(days(1), 36)).toEqual({ width: 96, bars: [{ day: '2020-03-01', x: 89, height: 36 }] }));
  it('of many days share the width', () => {
    const { width, bars } = barsOf(days(30), 36);
    expect([width, bars.length, bars[0].x, bars[29].x, bars[0].height]).toEqual([240, 30, 1, 233, 1.2]);
  });
  it('of no days are none, of one width all the same', () => expect(barsOf([], 36)).toEqual({ width: 96, bars: [] }));
});

it('a ranking begins with the most and leaves out who has none', () =>
  expect(rankingOf(picture([]).children, card('opened', 12), 5).map((row) => row.code)).toEqual(['12', '11']));

const group = (id: string, tiles: Tile[]): TileGroup => ({ package: id, title: `Package ${id}`, owner: 'Office', tiles });

it('metrics that stand in tiles are known, those they divide by among them', () =>
  expect([...metricsOf([group('a', [tile('share', 'closed', 'opened')]), group('b', [tile('number', 'late')])])].filter(Boolean).sort()).toEqual(['closed', 'late', 'opened']));

describe('the panel', () => {
  const render = (locale: 'zh' | 'en', groups: TileGroup[], shown: Cockpit): Promise<string> => {
    const app = createSSRApp(ServiceTiles, { groups, picture: shown, boundaries: null, selected: 'opened' });
    app.use(createI18n({ legacy: false, locale, messages }));
    return renderToString(app);
  };
  const all = [group('a', [tile('number', 'opened'), tile('trend', 'opened'), tile('share', 'closed', 'opened'), tile('mean', 'hours', 'closed', { unit: 'hours' }), tile('map', 'opened'), tile('ranking', 'opened')])];

  it('shows every tile of every package under its title', async () => {
    const html = await render('en', [...all, group('b', [tile('number', 'late')])], picture([card('opened', 12), card('closed', 6), card('hours', 30)]));
    expect(html.match(/data-test="service-tile"/g)).toHaveLength(7);
    expect(html.match(/data-test="tile-group"/g)).toHaveLength(2);
    expect(html).toContain('Package b');
    expect(html).toContain('50%');
    expect(html).toContain('6 of 12');
    expect(html).toContain('5 h');
    expect(html).toMatch(/aria-pressed="true"[^>]*>opened/);
    // Without boundaries a map is told as a ranking.
    expect(html.match(/Region 12/g)!.length).toBeGreaterThanOrEqual(2);
  });
  it('speaks Chinese', async () => expect(await render('zh', all, picture([card('opened', 12), card('closed', 6), card('hours', 30)]))).toContain('5 小时'));
  it('of a package without cases shows 0 and no way to the map', async () => {
    const html = await render('en', [group('b', [tile('number', 'late')])], picture([]));
    expect(html).toMatch(/data-value="0"/);
    expect(html).toMatch(/<button[^>]* disabled/);
  });
});

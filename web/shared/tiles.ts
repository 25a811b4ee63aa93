// The tiles that scenario packages put on the cockpit: which they are comes from the hub, their figures from the cockpit's picture.
import { get, Problem } from './api';
import type { components } from './api.d';
import { calendarDays } from './days';
import { figuresOf, type ChildFigure } from './figures';
import { formatCount, formatShare, missing } from './format';
import type { Language } from './language';
import type { Card, ChildFigures, Cockpit, DayValue } from './types';

export type Tile = components['schemas']['CockpitTile'];
export type TileGroup = components['schemas']['TileGroup'];

export async function readTiles(signal?: AbortSignal): Promise<TileGroup[]> {
  try {
    return (await get<{ items: TileGroup[] }>('/tiles', {}, signal)).items;
  } catch (cause) {
    if (cause instanceof Problem && (cause.status === 404 || cause.status === 403)) return [];
    throw cause;
  }
}

export const cardOf = (cards: readonly Card[], metric: string): Card | null => cards.find((one) => one.metric === metric) ?? null;

// Metrics that stand in a tile already and need no card of their own.
export const metricsOf = (groups: readonly TileGroup[]): Set<string> => new Set(groups.flatMap((group) => group.tiles.flatMap((tile) => [tile.metric, tile.of])));

// Figures of cases are counts: where a region has none yet, that is 0 to whoever sees all of them, and unknown to anybody else.
export function totalOf(picture: Pick<Cockpit, 'breadth' | 'cards'>, metric: string): number | null {
  return cardOf(picture.cards, metric)?.total ?? (picture.breadth === 'all' ? 0 : null);
}

// What a tile is worth: its total, or the quotient of a share and a mean; null when unknown or without anything to divide by.
export function valueOf(tile: Tile, picture: Pick<Cockpit, 'breadth' | 'cards'>): number | null {
  const total = totalOf(picture, tile.metric);
  if (tile.show !== 'share' && tile.show !== 'mean') return total;
  const whole = totalOf(picture, tile.of);
  return total === null || whole === null || whole <= 0 ? null : total / whole;
}

// Hours as people say them: two days and more in days.
export function hoursText(hours: number | null, language: Language, t: (key: string, named: Record<string, unknown>) => string): string {
  if (hours === null) return missing;
  return hours < 48 ? t('tiles.hours', { n: formatCount(hours, language) }) : t('tiles.days', { n: formatCount(hours / 24, language) });
}

export function shareText(tile: Tile, picture: Pick<Cockpit, 'breadth' | 'cards'>, language: Language): string {
  const part = totalOf(picture, tile.metric), whole = totalOf(picture, tile.of);
  return part === null || whole === null ? missing : formatShare(part, whole, language);
}

// Days of a trend, the oldest first. `earlier` are those from before the card's own, which are the newest.
export function trendOf(tile: Tile, card: Card | null, earlier: readonly DayValue[] = []): DayValue[] {
  if (card === null) return [];
  const first = card.days[0]?.day ?? '';
  return calendarDays([...earlier.filter((day) => day.day < first), ...card.days], card.kind, tile.days);
}

// Days as bars, the newest at the right. They share the width with at least so many days: one alone is a bar, not a wall.
export const bars_least = 12;
export function barsOf(days: readonly DayValue[], height: number): { width: number; bars: { day: string; x: number; height: number }[] } {
  const highest = Math.max(1, ...days.map((day) => day.value));
  const first = Math.max(0, bars_least - days.length);
  return {
    width: (first + days.length) * 8,
    bars: days.map((day, at) => ({ day: day.day, x: (first + at) * 8 + 1, height: (Math.max(0, day.value) / highest) * height })),
  };
}

// Regions below with something to show, the most first.
export function rankingOf(children: readonly ChildFigures[], card: Card | null, most: number): ChildFigure[] {
  if (card === null) return [];
  return figuresOf(children, card).rows.filter((row) => (row.value ?? 0) !== 0).sort((a, b) => (b.value ?? 0) - (a.value ?? 0)).slice(0, most);
}

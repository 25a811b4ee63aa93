// A card's row of days as a calendar shows it.
import type { Card, DayValue } from './types';

export const days_shown = 30;
const day_ms = 86_400_000;

const timeOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

// The `most` calendar days up to the newest figure, or fewer when the first figure is younger: a day without records counts 0, a
// standing figure carries on. When most figures lie outside that window (one straggler years later), the days are given as they are.
export function calendarDays(days: readonly DayValue[], kind: Card['kind'], most = days_shown): DayValue[] {
  if (days.length < 2) return [...days];
  const last = timeOf(days[days.length - 1].day);
  const first = Math.max(timeOf(days[0].day), last - (most - 1) * day_ms);
  const inside = days.filter((day) => timeOf(day.day) >= first);
  if (inside.length * 2 < Math.min(days.length, most)) return [...days];
  const known = new Map(days.map((day) => [day.day, day.value]));
  const filled: DayValue[] = [];
  let standing = days.filter((day) => timeOf(day.day) < first).pop()?.value ?? 0;
  for (let at = first; at <= last; at += day_ms) {
    const day = new Date(at).toISOString().slice(0, 10);
    const value = known.get(day) ?? (kind === 'last' ? standing : 0);
    standing = value;
    filled.push({ day, value });
  }
  return filled;
}

// True when no calendar day is missing between the first and the last.
export function isUnbroken(days: readonly DayValue[]): boolean {
  return days.length < 2 || timeOf(days[days.length - 1].day) - timeOf(days[0].day) === (days.length - 1) * day_ms;
}

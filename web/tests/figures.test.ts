// Goal: days and children's figures say what is known, and no more.
import { describe, expect, it } from 'vitest';
import { calendarDays, isUnbroken } from '../shared/days';
import { figuresOf } from '../shared/figures';
import type { Card } from '../shared/types';

const card = (kind: Card['kind'], total: number): Card => ({ metric: 'm', title: 'M', resource: 'r', kind, total, latest_day: null, latest: 0, days: [] });
const child = (code: string, value: number) => ({ code, name: code, level: 3, values: { m: value } });

describe('days', () => {
  const sparse = [{ day: '2020-02-28', value: 4 }, { day: '2020-03-02', value: 1 }];
  it('without records count nothing', () => expect(calendarDays(sparse, 'count').map((day) => day.value)).toEqual([4, 0, 0, 1]));
  it('without a report keep the standing figure', () => expect(calendarDays(sparse, 'last').map((day) => day.value)).toEqual([4, 4, 4, 1]));
  it('reach back thirty days at most', () => {
    const long = Array.from({ length: 60 }, (_, at) => ({ day: new Date(Date.UTC(2020, 0, 1 + at)).toISOString().slice(0, 10), value: at }));
    const shown = calendarDays(long.slice(0, 58).concat(long[59]), 'last');
    expect([shown.length, shown[0].value, shown[28].value, shown[29].value]).toEqual([30, 30, 57, 59]);
  });
  it('stay as they are when one straggler would empty the window', () => {
    const days = [...sparse, { day: '2020-03-03', value: 2 }, { day: '2026-11-22', value: 3 }];
    expect(calendarDays(days, 'count')).toEqual(days);
    expect(isUnbroken(days)).toBe(false);
    expect(isUnbroken(calendarDays(sparse, 'count'))).toBe(true);
  });
});

describe('children', () => {
  it('leave a rest when the region counts more than they do', () => expect(figuresOf([child('a', 4), child('b', 3)], card('count', 8))).toMatchObject({ sum: 7, rest: 1 }));
  it('without any report are unknown, not 0', () => expect(figuresOf([child('a', 0)], card('last', 111)).rows[0].value).toBeNull());
  it('may hold a true 0', () => expect(figuresOf([child('a', 0), child('b', 2)], card('last', 9))).toMatchObject({ rest: 0, rows: [{ value: 0 }, { value: 2 }] }));
  it('without a metric are unknown', () => expect(figuresOf([child('a', 1)], null).rows[0].value).toBeNull());
});

// Goal: a day's work stands nearest first, and distances are those of the ground.
import { describe, expect, it } from 'vitest';
import { metresBetween, nearestFirst, roundedDistance, type Stop } from '../shared/near';

const stop = (lon: number | null, lat: number, due: string | null = null): Stop => ({ place: lon === null ? null : { lon, lat }, due });

describe('distance', () => {
  it('is a degree of the meridian and nothing to oneself', () => {
    expect(metresBetween({ lon: 121, lat: 28 }, { lon: 121, lat: 29 })).toBeCloseTo(111_195, -2);
    expect(metresBetween({ lon: 121, lat: 28 }, { lon: 121, lat: 28 })).toBe(0);
  });
  it('shrinks with the latitude', () => {
    const there = metresBetween({ lon: 121, lat: 60 }, { lon: 122, lat: 60 });
    expect(there / metresBetween({ lon: 121, lat: 0 }, { lon: 122, lat: 0 })).toBeCloseTo(0.5, 2);
  });
  it('is said in steps one can walk by', () => {
    expect(roundedDistance(3)).toEqual({ value: 10, unit: 'm' });
    expect(roundedDistance(447)).toEqual({ value: 450, unit: 'm' });
    expect(roundedDistance(996)).toEqual({ value: 1, unit: 'km' });
    expect(roundedDistance(12_340)).toEqual({ value: 12.3, unit: 'km' });
  });
});

describe('the order of a day', () => {
  const near = stop(121.001, 28), far = stop(121.1, 28), nowhere_soon = stop(null, 0, '2020-02-14T08:00:00Z'), nowhere_late = stop(null, 0, '2020-02-14T18:00:00Z');
  it('is nearest first, what has no place last by its time', () => {
    expect(nearestFirst([nowhere_late, far, nowhere_soon, near], { lon: 121, lat: 28 })).toEqual([near, far, nowhere_soon, nowhere_late]);
  });
  it('is by time while nobody knows where one is', () => {
    const due = { ...far, due: '2020-02-14T07:00:00Z' };
    expect(nearestFirst([nowhere_late, due, nowhere_soon], null)).toEqual([due, nowhere_soon, nowhere_late]);
  });
  it('leaves the given list alone', () => {
    const given = [far, near];
    nearestFirst(given, { lon: 121, lat: 28 });
    expect(given).toEqual([far, near]);
  });
});

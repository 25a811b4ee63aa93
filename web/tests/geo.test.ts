// Goal: a city is drawn whole, north up, undistorted, with labels that do not cover each other.
import { describe, expect, it } from 'vitest';
import { boxOf, chordAt, fit, keepApart, pathOf, textWidth } from '../shared/geo';
import type { BoundaryFeature, Ring } from '../shared/types';

const square = (code: string, west: number, south: number, size: number): BoundaryFeature => {
  const ring: Ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]];
  return { type: 'Feature', properties: { code, name: code, level: 3 }, geometry: { type: 'Polygon', coordinates: [ring] } };
};

describe('projection', () => {
  it('keeps everything inside the margins', () => {
    const features = [square('a', 121, 28, 0.2), square('b', 121.3, 28.1, 0.4)];
    const plan = fit(features, 600, 400, 20, 50)!;
    for (const feature of features) {
      const box = boxOf(feature, plan);
      expect(box.x).toBeGreaterThanOrEqual(19.9);
      expect(box.x + box.width).toBeLessThanOrEqual(580.1);
      expect(box.y).toBeGreaterThanOrEqual(19.9);
      expect(box.y + box.height).toBeLessThanOrEqual(330.1);
    }
  });
  it('puts north up and shrinks longitudes by latitude', () => {
    const plan = fit([square('a', 0, 60, 1)], 500, 500, 0)!;
    expect(plan.point([0, 61])[1]).toBeLessThan(plan.point([0, 60])[1]);
    const box = boxOf(square('a', 0, 60, 1), plan);
    expect(box.width / box.height).toBeCloseTo(Math.cos((60.5 * Math.PI) / 180), 2);
  });
  it('draws every ring of a multipolygon and closes it', () => {
    const many: BoundaryFeature = { ...square('a', 0, 0, 1), geometry: { type: 'MultiPolygon', coordinates: [[[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[2, 2], [3, 2], [3, 3], [2, 2]]]] } };
    expect(pathOf(many, fit([many], 100, 100, 0)!).match(/M[^Z]*Z/g)?.length).toBe(2);
  });
  it('has nothing to draw without geometry', () => expect(fit([{ ...square('a', 0, 0, 1), geometry: null }], 100, 100, 0)).toBeNull());
});

describe('labels', () => {
  it('finds the room around a point inside, and none outside', () => {
    const plan = fit([square('a', 0, 0, 1)], 100, 100, 10)!;
    const [left, right] = chordAt(square('a', 0, 0, 1), plan, [50, 50])!;
    expect(left).toBeCloseTo(10, 1);
    expect(right).toBeCloseTo(90, 1);
    expect(chordAt(square('a', 0, 0, 1), plan, [5, 50])).toBeNull();
  });
  it('keeps the first of two that overlap', () => {
    const label = (code: string, x: number) => ({ code, text: code, x, y: 50, width: 40, height: 18 });
    expect(keepApart([label('a', 50), label('b', 70), label('c', 120)]).map((one) => one.code)).toEqual(['a', 'c']);
  });
  it('counts full-width signs as one em', () => expect(textWidth('\u6d77ab', 10)).toBeCloseTo(21.2));
});

// Goal: map classes hold about equally many regions, never lie about their limits, and can be read by everyone.
import { describe, expect, it } from 'vitest';
import { classesFor, classOf, colourOf, inkOn, legendOf, no_data, quantileBreaks, scale } from '../shared/breaks';

const channel = (value: number): number => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const luminance = (colour: string): number => {
  const [r, g, b] = [1, 3, 5].map((at) => channel(parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

describe('quantile breaks', () => {
  it('puts equally many values into each class', () => {
    const values = Array.from({ length: 60 }, (_, index) => index * index);
    const limits = quantileBreaks(values, 6);
    const counts = limits.map((_, index) => values.filter((value) => classOf(value, limits) === index).length);
    expect(counts).toEqual([10, 10, 10, 10, 10, 10]);
  });
  it('merges classes when values repeat', () => expect(quantileBreaks([0, 0, 0, 0, 0, 9], 6)).toEqual([0, 9]));
  it('gives one class to one value and none to none', () => {
    expect(quantileBreaks([5], 6)).toEqual([5]);
    expect(quantileBreaks([], 6)).toEqual([]);
    expect(quantileBreaks([Number.NaN], 6)).toEqual([]);
  });
  it('ends at the largest value and keeps later, larger values in the last class', () => {
    const limits = quantileBreaks([1, 2, 3, 40], 3);
    expect(limits[limits.length - 1]).toBe(40);
    expect(classOf(99, limits)).toBe(limits.length - 1);
  });
  it('uses few classes for few regions', () => {
    expect(classesFor(1)).toBe(1);
    expect(classesFor(8)).toBe(4);
    expect(classesFor(100)).toBe(6);
  });
});

describe('legend and colours', () => {
  it('names the smallest and largest value really in each class', () => {
    const values = [1, 2, 10, 20];
    expect(legendOf(values, quantileBreaks(values, 2)).map(({ from, to }) => [from, to])).toEqual([[1, 2], [10, 20]]);
  });
  it('rises in luminance, so order survives colour blindness and grey print', () => {
    const steps = scale.map(luminance);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });
  it('keeps map labels readable on every colour', () => {
    for (const colour of [...scale, no_data]) expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5);
  });
  it('spreads few classes over the whole scale', () => {
    expect(colourOf(0, 2)).toBe(scale[0]);
    expect(colourOf(1, 2)).toBe(scale[5]);
    expect(colourOf(-1, 3)).toBe(no_data);
  });
});

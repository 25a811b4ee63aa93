// Classes of a choropleth map.

// Six steps of rising luminance, in the manner of cividis and viridis: order survives every common colour blindness and grey print.
export const scale = ['#22384f', '#255a72', '#27747b', '#55a488', '#a3c884', '#f2e6a0'] as const;
export const no_data = '#161f2b';

// Quantile breaks: upper limits of at most `classes` classes, rising, without empty or repeated ones.
// The last limit is the largest value. Empty input gives no classes.
export function quantileBreaks(values: readonly number[], classes: number): number[] {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0 || classes < 1) return [];
  const limits: number[] = [];
  for (let index = 1; index <= classes; ++index) {
    const at = Math.max(0, Math.ceil((index / classes) * sorted.length) - 1);
    const limit = sorted[at];
    if (limits.length === 0 || limit > limits[limits.length - 1]) limits.push(limit);
  }
  return limits;
}

// How many classes a map of `count` regions bears: few regions, few classes.
export function classesFor(count: number): number {
  return Math.max(1, Math.min(scale.length, Math.ceil(count / 2)));
}

// Class of a value: the first whose upper limit it does not exceed; the last one for anything above.
export function classOf(value: number, limits: readonly number[]): number {
  for (let index = 0; index < limits.length; ++index) if (value <= limits[index]) return index;
  return limits.length - 1;
}

// Colour of class `index` of `count`: few classes are spread over the whole scale.
export function colourOf(index: number, count: number): string {
  if (index < 0 || count < 1) return no_data;
  if (count === 1) return scale[3];
  return scale[Math.round((index / (count - 1)) * (scale.length - 1))];
}

export interface LegendStep {
  colour: string;
  from: number;
  to: number;
}

// What the legend says of each class: from the smallest value really in it to the largest.
export function legendOf(values: readonly number[], limits: readonly number[]): LegendStep[] {
  return limits.map((limit, index) => {
    const inside = values.filter((value) => classOf(value, limits) === index);
    return { colour: colourOf(index, limits.length), from: Math.min(...inside, limit), to: limit };
  });
}

// Ink that reads on a colour of the scale (WCAG contrast of at least 4.5).
export function inkOn(colour: string): string {
  const channel = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.179 ? '#0a0f16' : '#eef4fa';
}

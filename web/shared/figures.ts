// What the children of a region hold of one metric.
import type { Card, ChildFigures } from './types';

export interface ChildFigure {
  code: string;
  name: string;
  // null: nothing is known of this place.
  value: number | null;
}

export interface Figures {
  rows: ChildFigure[];
  // Of all children together.
  sum: number;
  // Counted at the region itself and at none of its children: an address that says no more than the town.
  rest: number;
}

// A figure "as it stood" is no sum of its children: 0 in every child below a region that has one means that nobody reported there.
export function figuresOf(children: readonly ChildFigures[], card: Card | null): Figures {
  const metric = card?.metric ?? '';
  const read = children.map((child) => ({ code: child.code, name: child.name, value: child.values[metric] ?? null }));
  const sum = read.reduce((total, row) => total + (row.value ?? 0), 0);
  const unreported = card?.kind === 'last' && sum === 0 && card.total > 0;
  const rest = card?.kind === 'count' && children.length > 0 ? Math.max(0, card.total - sum) : 0;
  return { rows: unreported ? read.map((row) => ({ ...row, value: null })) : read, sum, rest };
}

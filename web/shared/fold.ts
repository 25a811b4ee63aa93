// Folds live changes into the cockpit picture a page shows. Pure but for the picture it is given.
import type { Cockpit, CockpitChange } from './types';

// Applies one change; returns the codes of children whose figures really moved (they pulse on the map).
export function foldChange(picture: Cockpit, change: CockpitChange): string[] {
  picture.as_of = change.as_of;
  picture.position = change.position;
  for (const card of picture.cards) {
    const total = change.totals?.[card.metric];
    if (total !== undefined) card.total = total;
    const today = change.today?.[card.metric];
    if (today !== undefined && today !== null) {
      // The last bar is today's when it carried today's figure before this change.
      const last = card.days[card.days.length - 1];
      if (last !== undefined && last.value === card.today) last.value = today;
      card.today = today;
    }
  }
  const moved: string[] = [];
  for (const child of picture.children) {
    const values = change.children?.[child.code];
    if (values === undefined) continue;
    let differs = false;
    for (const [metric, value] of Object.entries(values)) {
      if (child.values[metric] === value) continue;
      child.values[metric] = value;
      differs = true;
    }
    if (differs) moved.push(child.code);
  }
  for (const source of change.quality ?? []) {
    const at = picture.quality.findIndex((known) => known.resource === source.resource);
    if (at < 0) picture.quality.push(source);
    else picture.quality[at] = { ...picture.quality[at], ...source };
  }
  if (change.activity !== undefined) picture.activity = change.activity;
  return moved;
}

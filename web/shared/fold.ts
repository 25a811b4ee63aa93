// Folds live changes into the cockpit picture a page shows. Pure but for the picture it is given.
import type { Cockpit, CockpitChange } from './types';

// Applies one change; returns the codes of children whose figures really moved (they pulse on the map).
export function foldChange(picture: Cockpit, change: CockpitChange): string[] {
  picture.as_of = change.as_of;
  picture.position = change.position;
  for (const card of change.cards ?? []) {
    const known = picture.cards.find((one) => one.metric === card.metric);
    if (known === undefined) picture.cards.push(card);
    else Object.assign(known, card);
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
    else picture.quality[at] = source;
  }
  if (change.activity !== undefined) picture.activity = change.activity;
  return moved;
}

// Folds live changes into the cockpit picture a page shows. Pure but for the picture it is given.
import type { Card, Cockpit, CockpitChange } from './types';

export const days_shown = 30;

// The latest day's figure, in the card and in its row of days; a new day adds a day and drops the oldest of thirty.
function foldLatest(card: Card, latest: number | null | undefined, day: string | null | undefined): void {
  if (latest === undefined || latest === null) return;
  card.latest = latest;
  if (day) card.latest_day = day;
  if (!card.latest_day) return;
  const at = card.days.findIndex((known) => known.day === card.latest_day);
  if (at >= 0) card.days[at].value = latest;
  else card.days = [...card.days, { day: card.latest_day, value: latest }].slice(-days_shown);
}

// Applies one change; returns the codes of children whose figures really moved (they pulse on the map).
export function foldChange(picture: Cockpit, change: CockpitChange): string[] {
  picture.as_of = change.as_of;
  picture.position = change.position;
  for (const card of change.cards ?? []) {
    const known = picture.cards.find((one) => one.metric === card.metric);
    if (known === undefined) picture.cards.push(card);
    else Object.assign(known, card);
  }
  for (const card of picture.cards) {
    const total = change.totals?.[card.metric];
    if (total !== undefined) card.total = total;
    foldLatest(card, change.latest?.[card.metric], change.latest_day?.[card.metric]);
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

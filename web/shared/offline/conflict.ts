// A refused action laid beside what the hub has now: what the worker wrote, what stands there, and what the two make together.
import type { FormValues } from '../forms/model';
import { isEmpty } from '../forms/model';

export interface FieldConflict {
  name: string;
  before: unknown;  // what both began from
  mine: unknown;
  theirs: unknown;
}

export interface Merged {
  values: FormValues;         // what stands without asking
  conflicts: FieldConflict[]; // changed by both to different ends: the worker chooses
}

const same = (a: unknown, b: unknown): boolean => (isEmpty(a) && isEmpty(b)) || JSON.stringify(a) === JSON.stringify(b);

// Field by field from a common beginning: what only one side changed is taken over, what both changed alike stands.
export function mergeFields(before: FormValues, mine: FormValues, theirs: FormValues): Merged {
  const merged: Merged = { values: {}, conflicts: [] };
  for (const name of new Set([...Object.keys(before), ...Object.keys(mine), ...Object.keys(theirs)])) {
    const [was, own, other] = [before[name], mine[name], theirs[name]];
    if (same(own, other) || same(was, other)) keep(merged, name, own);
    else if (same(was, own)) keep(merged, name, other);
    else merged.conflicts.push({ name, before: was, mine: own, theirs: other });
  }
  return merged;
}

function keep(merged: Merged, name: string, value: unknown): void {
  if (!isEmpty(value)) merged.values[name] = value;
}

// The code of an action whose picture the hub did not take.
export const photo_refused = 'photo';
// What else the hub says of a picture that it does not have any more; to a request of its own it may say only that something is not there.
const photo_codes: readonly string[] = [photo_refused, 'cases.no_photo', 'not_found'];
export const isAboutPhotos = (code: string, photos: readonly string[]): boolean => photos.length > 0 && photo_codes.includes(code);

// What may be done with a refused action: sent once more as it is (on the case as it stands now), with its pictures sent anew, mended first, kept as
// a comment on the case, or dropped.
export type Remedy = 'again' | 'pictures' | 'mend' | 'comment' | 'drop';

export interface Standing {
  moved: boolean;           // the case is another than the worker saw: that is why
  about_photos: boolean;    // what was refused are its pictures
  still_offered: boolean;   // the step may be taken on what stands now; a new case may always be opened
  has_fields: boolean;
  says_something: boolean;  // words that would be lost
}

export function remediesFor({ moved, about_photos, still_offered, has_fields, says_something }: Standing): Remedy[] {
  const remedies: Remedy[] = [];
  if (moved && still_offered) remedies.push('again');
  else if (about_photos && still_offered) remedies.push('pictures');
  if (has_fields && still_offered) remedies.push('mend');
  if (says_something && !still_offered) remedies.push('comment');
  return [...remedies, 'drop'];
}

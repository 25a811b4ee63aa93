// Goal: a refused step meets what stands now without either side being overwritten unasked.
import { describe, expect, it } from 'vitest';
import { isAboutPhotos, mergeFields, photo_refused, remediesFor } from '../shared/offline/conflict';

describe('two hands on one form', () => {
  const before = { words: 'rubbish', urgency: 'normal', phone: '1' };
  it('keeps what only one side changed', () => {
    expect(mergeFields(before, { ...before, words: 'much rubbish' }, { ...before, urgency: 'urgent' })).toEqual({ values: { words: 'much rubbish', urgency: 'urgent', phone: '1' }, conflicts: [] });
  });
  it('asks where both changed the same to different ends', () => {
    expect(mergeFields(before, { ...before, words: 'a' }, { ...before, words: 'b' }).conflicts).toEqual([{ name: 'words', before: 'rubbish', mine: 'a', theirs: 'b' }]);
  });
  it('does not ask where both did the same', () => expect(mergeFields(before, { ...before, words: 'c' }, { ...before, words: 'c' }).conflicts).toEqual([]));
  it('lets a field be emptied by one side', () => expect(mergeFields(before, { words: 'rubbish', urgency: 'normal', phone: '' }, before).values).toEqual({ words: 'rubbish', urgency: 'normal' }));
});

describe('what may be done about a refusal', () => {
  const given = { moved: true, about_photos: false, still_offered: true, has_fields: true, says_something: true };
  it('is once more where somebody was quicker and the step is still open', () => expect(remediesFor(given)).toEqual(['again', 'mend', 'drop']));
  it('is mending where the hub could not take the content', () => expect(remediesFor({ ...given, moved: false })).toEqual(['mend', 'drop']));
  it('is keeping what was written where the step is gone', () => expect(remediesFor({ ...given, still_offered: false })).toEqual(['comment', 'drop']));
  it('is only giving up where nothing was written', () => expect(remediesFor({ moved: true, about_photos: true, still_offered: false, has_fields: true, says_something: false })).toEqual(['drop']));
  it('is sending the pictures anew where the hub did not take them, or has them no more', () => {
    expect(remediesFor({ ...given, moved: false, about_photos: true, has_fields: false })).toEqual(['pictures', 'drop']);
    expect([isAboutPhotos(photo_refused, ['a']), isAboutPhotos('cases.no_photo', ['a']), isAboutPhotos('cases.no_photo', []), isAboutPhotos('conflict', ['a'])]).toEqual([true, true, false, false]);
  });
  it('always leaves giving up, never does it', () => {
    for (let mask = 0; mask < 32; ++mask) {
      const [moved, still_offered, has_fields, says_something, about_photos] = [1, 2, 4, 8, 16].map((bit) => (mask & bit) !== 0);
      expect(remediesFor({ moved, about_photos, still_offered, has_fields, says_something }).at(-1)).toBe('drop');
    }
  });
});

// Goal: a refused row is told as a person finds it in the file that was sent.
import { describe, expect, it } from 'vitest';
import { rowPlace } from '../desk/rowPlace';

describe('the place of a refused row', () => {
  it('is its line where one table was read', () => {
    expect(rowPlace({ line: 7, sheet: null, sheet_line: null })).toBe('7');
  });
  it('is the sheet and the line it shows where several were', () => {
    expect(rowPlace({ line: 1207, sheet: '二月', sheet_line: 7 })).toBe('二月 · 7');
  });
});

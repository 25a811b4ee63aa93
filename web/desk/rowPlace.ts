import type { RefusedRow } from '@shared/types';

/** Where a row stands as a person looks for it: "February · 7" on one of several sheets, or the line alone. */
export function rowPlace(row: Pick<RefusedRow, 'line' | 'sheet' | 'sheet_line'>): string {
  return row.sheet === null ? String(row.line) : `${row.sheet} · ${row.sheet_line}`;
}

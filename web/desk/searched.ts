// What was looked for last, so that one comes back to it from a file. In memory only: it may be somebody's number.
import type { SubjectPage } from './registry';

export const searched: { text: string; kind: string; found: SubjectPage | null } = { text: '', kind: '', found: null };

// What each kind of source asks for, in the order an operator thinks of it; the hub checks them all again.
import type { NewSource } from '@shared/types';

export interface Setting { name: string; need?: boolean; secret?: boolean; lines?: number; choices?: string[]; hint?: string }
export type Kind = NewSource['kind'];

const pull: Setting[] = [{ name: 'query', need: true, lines: 4, hint: 'SELECT … FROM …' }, { name: 'watermark' }, { name: 'timeout_seconds', hint: '300' }];
const login: Setting[] = [{ name: 'user' }, { name: 'password', secret: true }];
const settings: Record<Kind, Setting[]> = {
  folder: [{ name: 'path', need: true, hint: '/srv/inbox' }, { name: 'complete_when', choices: ['unchanged', 'done_file'] }, { name: 'still_seconds', hint: '2' }],
  mqtt: [{ name: 'host', need: true }, { name: 'port', hint: '1883' }, { name: 'topic', need: true, hint: 'sensors/{device}/temperature' }, { name: 'id_field' }, ...login, { name: 'tls', choices: ['no', 'yes'] }, { name: 'ca_file' }, { name: 'group_seconds', hint: '5' }],
  postgres: [{ name: 'host', need: true }, { name: 'port', hint: '5432' }, { name: 'database', need: true }, ...login, { name: 'tls', choices: ['prefer', 'disable', 'require', 'verify-ca', 'verify-full'] }, ...pull],
  sqlite: [{ name: 'path', need: true, hint: '/srv/inbox/data.db' }, ...pull],
  odbc: [{ name: 'driver', need: true }, { name: 'options', hint: 'Server=…;Database=…' }, ...login, ...pull],
  question: [{ name: 'address', need: true }, { name: 'questions', need: true, lines: 12 }, { name: 'ca_file' }, { name: 'at_once', hint: '4' }],
  program: [{ name: 'account', need: true, hint: '17' }],
};
export const kinds = Object.keys(settings) as Kind[];

// Secrets of a question source are those its headers name: {secret.token}.
export function settingsOf(kind: Kind, questions: string): Setting[] {
  if (kind !== 'question') return settings[kind];
  const names = [...questions.matchAll(/\{secret\.([a-z][a-z0-9_]*)\}/g)].map((match) => match[1]);
  return [...settings.question, ...[...new Set(names)].map((name) => ({ name, secret: true }))];
}

export const isPull = (kind: Kind): boolean => kind === 'postgres' || kind === 'sqlite' || kind === 'odbc';

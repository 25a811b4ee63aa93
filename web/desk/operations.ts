// What the operations page asks of the hub.
import { api_root, Problem, problemOf } from '@shared/api';
import type { components } from '@shared/api.d';
import { currentLanguage } from '@shared/language';

type Schemas = components['schemas'];
export type Backup = Schemas['Backup'];

async function ask<Answer>(path: string, method = 'GET', body?: string): Promise<Answer> {
  let response: Response;
  try {
    const headers: Record<string, string> = { 'Accept-Language': currentLanguage() };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    response = await fetch(api_root + path, { method, headers, body });
  } catch {
    throw new Problem(0, {});
  }
  if (!response.ok) throw await problemOf(response, await response.text());
  return (await response.json()) as Answer;
}

const place = (name: string): string => `/backups/${encodeURIComponent(name)}`;

export const operations = {
  doctor: () => ask<Schemas['DoctorReport']>('/system/doctor'),
  backups: () => ask<Schemas['BackupList']>('/backups'),
  start: () => ask<Backup>('/backups', 'POST', '{}'),
  check: (name: string) => ask<Backup>(`${place(name)}/check`, 'POST'),
  stop: (name: string) => ask<Backup>(`${place(name)}/progress`, 'DELETE'),
};

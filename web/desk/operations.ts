// What the operations page asks of the hub.
import { api_root, request } from '@shared/api';
import type { components } from '@shared/api.d';

type Schemas = components['schemas'];
export type Backup = Schemas['Backup'];

async function ask<Answer>(path: string, method = 'GET', body?: string): Promise<Answer> {
  const response = await request(api_root + path, { method, ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body }) });
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

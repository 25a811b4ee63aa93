// What the pages of scenario packages ask of the hub.
import { api_root, request } from '@shared/api';
import type { components } from '@shared/api.d';

type Schemas = components['schemas'];
export type PackageSummary = Schemas['PackageSummary'];
export type PackageDetail = Schemas['PackageDetail'];
export type PackageCheck = Schemas['PackageCheck'];
export type PackageWarning = Schemas['PackageWarning'];
export type FeatureRow = Schemas['FeatureRow'];

async function ask<Answer>(path: string, method = 'GET', body?: Blob | string): Promise<Answer> {
  const media = body instanceof Blob ? 'application/zip' : 'application/json';
  const response = await request(api_root + path, { method, ...(body === undefined ? {} : { headers: { 'Content-Type': media }, body }) });
  return (await response.json()) as Answer;
}

const at = (id: string): string => `/packages/${encodeURIComponent(id)}`;

export const packages = {
  list: () => ask<Schemas['PackageList']>('/packages'),
  one: (id: string) => ask<PackageDetail>(at(id)),
  check: (zip: Blob) => ask<PackageCheck>('/package-checks', 'POST', zip),
  install: (zip: Blob, reason: string) => ask<PackageSummary>(`/packages?reason=${encodeURIComponent(reason)}`, 'POST', zip),
  remove: (id: string, reason: string) => ask<PackageSummary>(`${at(id)}/removal`, 'POST', JSON.stringify({ reason })),
  coverage: () => ask<Schemas['FeatureRows']>('/feature-coverage'),
};

// What the pages of purposes, emergencies, destruction and residents' requests ask of the hub, and the shapes they show.
import { api_root, get, Problem, problemOf, withQuery } from '@shared/api';
import type { components } from '@shared/api.d';
import { currentLanguage } from '@shared/language';
import type { Page } from '@shared/types';

type Schemas = components['schemas'];
export type Purpose = Schemas['Purpose'];
export type PurposeDetail = Schemas['PurposeDetail'];
export type PurposeToPut = Schemas['PurposeToPut'];
export type Assessment = Schemas['Assessment'];
export type AssessmentToPut = Schemas['AssessmentToPut'];
export type Emergency = Schemas['Emergency'];
export type EmergencyDetail = Schemas['EmergencyDetail'];
export type EmergencyToDeclare = Schemas['EmergencyToDeclare'];
export type Forecast = Schemas['Forecast'];
export type ForetoldResource = Schemas['ForetoldResource'];
export type Destruction = Schemas['Destruction'];
export type DestroyedResource = Schemas['DestroyedResource'];
export type SealedResource = Schemas['SealedResource'];
export type RightsRequest = Schemas['RightsRequest'];
export type RightsDetail = Schemas['RightsDetail'];
export type NewRights = Schemas['NewRights'];
export type Ward = Schemas['Ward'];
export type RightsPage = Schemas['RightsPage'];
export type Ending = Schemas['Ending'];
export type PurposeStep = Schemas['PurposeStep'];
export type Things = 'emergencies' | 'purposes';

export const rights_kinds: RightsRequest['kind'][] = ['copy', 'correct', 'delete', 'object', 'guardian'];
export const rights_states: RightsRequest['state'][] = ['open', 'granted', 'declined', 'withdrawn'];
export const personal_classes = ['basic', 'name', 'identifier', 'contact', 'address', 'health'] as const;

// The key is the caller's: it stays the same while the same request is sent again.
async function send<Answer>(method: string, path: string, body: unknown, key: string): Promise<Answer> {
  const headers = { 'Accept-Language': currentLanguage(), 'Content-Type': 'application/json', 'Idempotency-Key': key };
  const response = await fetch(withQuery(api_root + path), { method, headers, body: JSON.stringify(body) }).catch(() => { throw new Problem(0, {}); });
  if (!response.ok) throw await problemOf(response, await response.text());
  return (await response.json()) as Answer;
}

const part = encodeURIComponent;

export const purposes = {
  list: () => get<{ items: Purpose[] }>('/purposes'),
  one: (id: string) => get<PurposeDetail>(`/purposes/${part(id)}`),
  put: (id: string, purpose: PurposeToPut, key: string) => send<PurposeDetail>('PUT', `/purposes/${part(id)}`, purpose, key),
  assess: (id: string, assessment: AssessmentToPut, key: string) => send<PurposeDetail>('PUT', `/purposes/${part(id)}/assessment`, assessment, key),
  emergencies: () => get<{ items: Emergency[] }>('/emergencies'),
  emergency: (id: string) => get<EmergencyDetail>(`/emergencies/${part(id)}`),
  declare: (emergency: EmergencyToDeclare, key: string) => send<EmergencyDetail>('POST', '/emergencies', emergency, key),
  extend: (id: string, extension: Schemas['Extension'], key: string) => send<EmergencyDetail>('POST', `/emergencies/${part(id)}/extend`, extension, key),
  foretell: (things: Things, id: string) => get<Forecast>(`/${things}/${part(id)}/end`),
  end: (things: Things, id: string, ending: Ending, key: string) => send<EmergencyDetail | PurposeDetail>('POST', `/${things}/${part(id)}/end`, ending, key),
  destructions: (cursor?: string) => get<Page<Destruction>>('/destructions', { limit: 20, cursor }),
  sealed: () => get<{ items: SealedResource[] }>('/sealed-resources'),
  rights: (query: { state?: string; kind?: string; overdue?: 'true'; limit?: number; cursor?: string }) => get<RightsPage>('/rights', query),
  right: (id: string) => get<RightsDetail>(`/rights/${part(id)}`),
  openRight: (request: NewRights, key: string) => send<RightsDetail>('POST', '/rights', request, key),
  carryOut: (id: string, execution: Schemas['RightsExecution'], key: string) => send<RightsDetail>('POST', `/rights/${part(id)}/execution`, execution, key),
  openedRights: (query: { limit?: number; cursor?: string }) => get<RightsPage>('/opened-rights', query),
  withdrawOpened: (id: string, key: string) => send<void>('POST', `/rights/${part(id)}/withdrawal`, {}, key),
  myWards: () => get<{ items: Ward[] }>('/me/wards'),
  myRights: (ward?: string) => get<RightsPage>('/me/rights', { ward }),
  openMine: (wanted: Schemas['OwnRights'], key: string) => send<RightsRequest>('POST', '/me/rights', wanted, key),
  stepRight: (id: string, step: Schemas['RightsStepToTake'], key: string) => send<RightsDetail>('POST', `/rights/${part(id)}/steps`, step, key),
};

// What the pages of notices, orders and rumours ask of the hub, and the shapes they show.
import { api_root, get, post, send, withQuery } from '@shared/api';
import type { components } from '@shared/api.d';
import type { Page } from '@shared/types';

type Schemas = components['schemas'];
export type SentNotice = Schemas['SentNotice'];
export type NoticeDetail = Schemas['NoticeDetail'];
export type NoticeQuestion = Schemas['NoticeQuestion'];
export type NewNotice = Schemas['NewNotice'];
export type Audience = Schemas['Audience'];
export type AudiencePreview = Schemas['AudiencePreview'];
export type OwnNotice = Schemas['OwnNotice'];
export type OwnNoticePage = Schemas['OwnNoticePage'];
export type Receipt = Schemas['Receipt'];
export type RegionProgress = Schemas['RegionProgress'];
export type Rumour = Schemas['Rumour'];
export type NewRumour = Schemas['NewRumour'];
export type LoadList = Schemas['LoadList'];
export type NoticeKind = SentNotice['kind'];

export const kinds: NoticeKind[] = ['notice', 'order', 'form'];
export const channels = ['text', 'voice', 'webhook', 'print'] as const;
export const question_types: NoticeQuestion['type'][] = ['yes_no', 'text', 'number', 'choice'];
export const receipt_states = ['unread', 'unanswered', 'read', 'answered', 'all'] as const;
export const verdicts: Rumour['verdict'][] = ['false', 'misleading', 'unproven', 'true'];

const part = encodeURIComponent;

export const notices = {
  preview: (kind: NoticeKind, audience: Audience) => send<AudiencePreview>('POST', '/notices/preview', { kind, audience }),
  send: (notice: NewNotice, key: string) => post<SentNotice>('/notices', notice, key),
  sent: (query: { kind?: string; limit?: number; cursor?: string }) => get<Page<SentNotice>>('/notices', query),
  one: (id: string) => get<NoticeDetail>(`/notices/${part(id)}`),
  receipts: (id: string, query: { state?: string; region?: string; limit?: number; cursor?: string }) => get<Page<Receipt>>(`/notices/${part(id)}/receipts`, query),
  progress: (id: string, region?: string) => get<{ items: RegionProgress[] }>(`/notices/${part(id)}/progress`, { region }),
  remind: (id: string) => send<{ people: number }>('POST', `/notices/${part(id)}/reminders`),
  end: (id: string) => send<SentNotice>('POST', `/notices/${part(id)}/end`),
  printed: (id: string, region?: string) => withQuery(`${api_root}/notices/${part(id)}/list`, { region }),
  own: (query: { unread?: 'true'; limit?: number; cursor?: string }) => get<OwnNoticePage>('/me/notices', query),
  ownOne: (id: string) => get<OwnNotice>(`/me/notices/${part(id)}`),
  read: (id: string) => send<OwnNotice>('POST', `/me/notices/${part(id)}/read`),
  answer: (id: string, answers: { question: string; answer: string }[], key: string) => post<OwnNotice>(`/me/notices/${part(id)}/answer`, { answers }, key),
  loads: () => get<LoadList>('/notice-loads'),
  drafts: (query: { limit?: number; cursor?: string }) => get<Page<Rumour>>('/rumour-drafts', query),
  addRumour: (rumour: NewRumour, key: string) => post<Rumour>('/rumours', rumour, key),
  stepRumour: (id: string, step: 'publish' | 'withdraw') => send<Rumour>('POST', `/rumours/${part(id)}/steps`, { step }),
};

// What is said to people, what comes back, and what everybody may read.
import { api_root, get, post, send, withQuery } from './api';
import type { components } from './api.d';
import type { FormField, FormValues } from './forms/model';
import type { Page } from './types';

type Schemas = components['schemas'];
export type Audience = Schemas['Audience'];
export type AudiencePreview = Schemas['AudiencePreview'];
export type NewNotice = Schemas['NewNotice'];
export type SentNotice = Schemas['SentNotice'];
export type NoticeDetail = Schemas['NoticeDetail'];
export type NoticeQuestion = Schemas['NoticeQuestion'];
export type OwnNotice = Omit<Schemas['OwnNotice'], 'answers'> & { answers: Record<string, unknown> | null };
export type Receipt = Omit<Schemas['Receipt'], 'answers'> & { answers: Record<string, unknown> | null };
export type RegionProgress = Schemas['RegionProgress'];
export type LoadList = Schemas['LoadList'];
export type Rumour = Schemas['Rumour'];
export type NewRumour = Schemas['NewRumour'];
export type Alert = Schemas['Alert'];
export type NewAlert = Schemas['NewAlert'];
export type Webhook = Schemas['NoticeWebhook'];
export type NoticeKind = SentNotice['kind'];

export const notice_kinds: readonly NoticeKind[] = ['notice', 'order', 'form'];
export const channels = ['page', 'text', 'voice', 'webhook', 'print'] as const;
export const receipt_states = ['all', 'unread', 'read', 'unanswered', 'answered'] as const;
export const verdicts = ['false', 'misleading', 'unproven', 'true'] as const;

const part = encodeURIComponent;
const at = (id: string): string => `/notices/${part(id)}`;

export const notices = {
  preview: (kind: NoticeKind, audience: Audience) => send<AudiencePreview>('POST', '/notices/preview', { kind, audience }),
  send: (notice: NewNotice, key: string) => post<SentNotice>('/notices', notice, key),
  sent: (query: { kind?: string; cursor?: string; limit?: number }) => get<Page<SentNotice>>('/notices', query),
  one: (id: string) => get<NoticeDetail>(at(id)),
  end: (id: string) => send<SentNotice>('POST', `${at(id)}/end`),
  remind: (id: string) => send<{ people: number }>('POST', `${at(id)}/reminders`),
  receipts: (id: string, query: { state?: string; region?: string; cursor?: string; limit?: number }) => get<Page<Receipt>>(`${at(id)}/receipts`, query),
  progress: (id: string, region?: string) => get<{ items: RegionProgress[] }>(`${at(id)}/progress`, { region }),
  mine: (query: { unread?: string; cursor?: string; limit?: number }) => get<Page<OwnNotice> & { unread: number }>('/me/notices', query),
  myOne: (id: string) => get<OwnNotice>(`/me/notices/${part(id)}`),
  read: (id: string) => send<OwnNotice>('POST', `/me/notices/${part(id)}/read`),
  answer: (id: string, answers: { question: string; answer: string }[], key: string) => post<OwnNotice>(`/me/notices/${part(id)}/answer`, { answers }, key),
  loads: (month?: string) => get<LoadList>('/notice-loads', { month }),
  putCaps: (caps: { orders: number; forms: number }) => send<LoadList['caps']>('PUT', '/notice-caps', caps),
  told: (id: string, recipient: string) => send<null>('POST', `${at(id)}/receipts/${part(recipient)}/told`),
  webhook: () => get<Webhook>('/notice-webhook'),
  putWebhook: (url: string, keep_secret: boolean) => send<Webhook>('PUT', '/notice-webhook', { url, keep_secret }),
  removeWebhook: () => send<null>('DELETE', '/notice-webhook'),
  rumours: () => get<Page<Rumour>>('/rumours', { limit: 50 }),
  drafts: () => get<Page<Rumour>>('/rumour-drafts', { limit: 100 }),
  addRumour: (rumour: NewRumour, key: string) => post<Rumour>('/rumours', rumour, key),
  stepRumour: (id: string, step: 'publish' | 'withdraw') => send<Rumour>('POST', `/rumours/${part(id)}/steps`, { step }),
  alerts: () => get<{ items: Alert[] }>('/alerts'),
  issue: (alert: NewAlert, key: string) => post<Alert>('/alerts', alert, key),
  cancel: (alert: Alert, key: string) => post<Alert>(`/alerts/${part(alert.id)}/changes`, { kind: 'Cancel', alert: newOf(alert) }, key),
};

export const alert_feed_path = `${api_root}/alerts/feed`;
export const alertDocumentPath = (id: string): string => `${api_root}/alerts/${part(id)}/cap`;
export const printedListPath = (id: string, region?: string): string => withQuery(`${api_root}${at(id)}/list`, { region });

function newOf(alert: Alert): NewAlert {
  const { status, category, event, urgency, severity, certainty, headline, description, instruction, areas, expires_at } = alert;
  return { status, category, event, urgency, severity, certainty, headline, description, instruction, areas, expires_at };
}

// The first name of its kind that none has yet: removed ones leave gaps.
export function freeId(prefix: string, taken: readonly string[]): string {
  let number = 1;
  while (taken.includes(`${prefix}${number}`)) ++number;
  return `${prefix}${number}`;
}

// A notice's questions as forms take them; answers as the hub does: yes and no, and texts.
export const questionFields = (questions: readonly NoticeQuestion[]): FormField[] => questions.map((one) => ({
  name: one.id, title: one.title, required: one.required ?? false, type: one.type === 'yes_no' ? 'boolean' : one.type, max_length: one.type === 'text' ? 2000 : undefined,
  values: one.type === 'choice' ? (one.values ?? []).map((value) => ({ id: value, title: value })) : undefined,
}));

export function answersFrom(questions: readonly NoticeQuestion[], values: FormValues): { question: string; answer: string }[] {
  return questions.flatMap((one) => {
    const value = values[one.id];
    if (value === undefined || value === null || String(value).trim() === '') return [];
    const answer = one.type === 'yes_no' ? (String(value) === 'true' ? 'yes' : 'no') : String(value).trim();
    return [{ question: one.id, answer }];
  });
}

export function valuesFrom(questions: readonly NoticeQuestion[], answers: Record<string, unknown> | null): FormValues {
  return Object.fromEntries(questions.flatMap((one) => {
    const answer = answers?.[one.id];
    if (answer === undefined || answer === null) return [];
    return [[one.id, one.type === 'yes_no' ? String(answer === 'yes' || answer === true) : answer]];
  }));
}

// What stands in a notice's state for its reader.
export type OwnState = 'unread' | 'to_answer' | 'late' | 'done' | 'ended';
export function ownState(notice: Pick<OwnNotice, 'read_at' | 'answered_at' | 'questions' | 'due_at' | 'ended' | 'kind'>, now: number): OwnState {
  if (notice.ended) return 'ended';
  const asks = notice.questions.length > 0 || notice.kind === 'order';
  if (asks && notice.answered_at === null) return notice.due_at !== null && Date.parse(notice.due_at) < now ? 'late' : 'to_answer';
  return notice.read_at === null ? 'unread' : 'done';
}

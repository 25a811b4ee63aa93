// The one place that talks to the hub. Every call carries the reader's language; every failure is a Problem.
import type {
  Batch, Boundaries, Cockpit, DataRecord, Demand, DemandDetail, Metric, NewDemand, NewSource, OverlapList, Page, ProblemBody, RecordCreated,
  RefusedRow, Region, RegionLabel, RegionSummary, Resource, ResponsibilityList, Responsibility, ResourceSummary, Series, Source, SourceAnswer, SourceQuestions, SourceRun,
  SystemInfo, Withdrawal, WithdrawnRecord,
} from './types';
import { currentLanguage } from './language';
import { keepMe, signedOut, useMe, type Me } from './session';

export const api_root = '/api/v1';

// A refusal or failure: RFC 9457 body when the hub answered, status 0 when it could not be reached.
export class Problem extends Error {
  constructor(readonly status: number, readonly body: ProblemBody) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = 'Problem';
  }

  get unreachable(): boolean {
    return this.status === 0;
  }
}

export type Query = Record<string, string | number | null | undefined>;

export function withQuery(path: string, query: Query = {}): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  }
  return parts.length > 0 ? `${path}?${parts.join('&')}` : path;
}

// Sentences of the hub name whoever acted as the audit log does ("account:17"); a page that knows people names them for its reader.
let naming: (text: string) => Promise<string> = async (text) => text;
export function nameActorsBy(way: (text: string) => Promise<string>): void {
  naming = way;
}

// What every refusal becomes, however it was asked for; where the hub does not know who asks, the page goes to sign in.
export async function problemOf(response: { status: number; statusText: string }, text: string): Promise<Problem> {
  let told: ProblemBody = { title: response.statusText };
  try {
    const body: unknown = JSON.parse(text);
    if (body !== null && typeof body === 'object') told = body as ProblemBody;
  } catch {
    // Not JSON: a proxy answered in the hub's place.
  }
  if (response.status === 401) signedOut(told.errors?.[0]?.code);
  if (told.detail !== undefined) told.detail = await naming(told.detail);
  for (const error of told.errors ?? []) error.detail = await naming(error.detail);
  return new Problem(response.status, told);
}

// The answer to a request in the reader's language; throws a Problem when it is refused or none comes.
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { 'Accept-Language': currentLanguage(), ...init.headers } });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Problem(0, {});
  }
  if (!response.ok) throw await problemOf(response, await response.text());
  return response;
}

async function call<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await request(path, init);
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

// What is asked of the hub below api_root; pages with shapes of their own use these two.
export const get = <Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> =>
  call<Answer>(withQuery(api_root + path, query), { signal });

export const send = <Answer>(method: string, path: string, body?: unknown): Promise<Answer> =>
  call<Answer>(api_root + path, { method, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': newIdempotencyKey() }, body: body === undefined ? undefined : JSON.stringify(body) });

const segment = encodeURIComponent;

export const post = <Answer>(path: string, body: unknown, key?: string): Promise<Answer> =>
  call<Answer>(api_root + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key === undefined ? {} : { 'Idempotency-Key': key }) },
    body: JSON.stringify(body),
  });

export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// The key for what is sent next. A refused request wrote nothing: the next is another one. Where no answer came it may be
// done all the same, so it keeps its key.
export function keyAfter(cause: unknown, key: string): string {
  const refused = cause instanceof Problem && cause.status >= 400 && cause.status < 500;
  return refused ? newIdempotencyKey() : key;
}

// The session that was left on this device. The cookie is out of a page's reach: where the hub did not hear of the sign-out, it stands until it does.
const left_key = 'jingwei.left-session';

function noteLeft(session: string | null): void {
  try {
    if (session === null) localStorage.removeItem(left_key);
    else localStorage.setItem(left_key, session);
  } catch {
    // Without storage only a network ends a session.
  }
}

function isLeft(session: string | null): boolean {
  try {
    return session !== null && localStorage.getItem(left_key) === session;
  } catch {
    return false;
  }
}

async function endSession(): Promise<void> {
  try {
    await send<void>('POST', '/me/sign-out');
  } catch (cause) {
    if (!(cause instanceof Problem && cause.status === 401)) return;  // not heard: it stays noted
  }
  noteLeft(null);
}

// Leaves the session. It is noted before the hub is told: without network it ends when it is met again.
export async function signOut(session: string | null = useMe().value?.session ?? null): Promise<void> {
  if (session !== null) noteLeft(session);
  await endSession();
}

// Whose session this is. One that was left on this device is nobody's: it is ended.
export async function askMe(): Promise<Me> {
  const known = await get<Me>('/me');
  if (!isLeft(known.session)) return known;
  await endSession();
  signedOut();
  throw new Problem(401, {});
}

// The same, kept for all pages.
export async function readMe(): Promise<Me> {
  const known = await askMe();
  keepMe(known);
  return known;
}

// Personal fields open only under a purpose that the resource serves.
export const under = (purpose: string | null | undefined): RequestInit => (purpose ? { headers: { 'Jingwei-Purpose': purpose } } : {});

export const api = {
  system: () => get<SystemInfo>('/system'),
  findRegions: (query: { q?: string; under?: string; level?: number; limit?: number; cursor?: string },
    signal?: AbortSignal) => get<Page<RegionSummary>>('/regions', query, signal),
  region: (code: string) => get<Region>(`/regions/${segment(code)}`),
  children: (code: string, query: { limit?: number; cursor?: string } = {}) =>
    get<Page<RegionSummary>>(`/regions/${segment(code)}/children`, query),
  path: (code: string) => get<{ items: RegionLabel[] }>(`/regions/${segment(code)}/path`),
  boundaries: (code: string, signal?: AbortSignal) =>
    get<Boundaries>(`/regions/${segment(code)}/boundaries`, {}, signal),
  resources: () => get<{ items: ResourceSummary[] }>('/resources'),
  resource: (id: string) => get<Resource>(`/resources/${segment(id)}`),
  records: (id: string, query: { under?: string; limit?: number; cursor?: string }, purpose: string | null = null) =>
    call<Page<DataRecord>>(withQuery(`${api_root}/resources/${segment(id)}/records`, query), under(purpose)),
  addRecord: (id: string, fields: Record<string, unknown>, key: string) =>
    call<RecordCreated>(`${api_root}/resources/${segment(id)}/records`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(fields),
    }),
  batches: (query: { resource?: string; limit?: number; cursor?: string }) => get<Page<Batch>>('/batches', query),
  batch: (id: string) => get<Batch>(`/batches/${segment(id)}`),
  refused: (id: string, query: { limit?: number; cursor?: string }, purpose: string | null = null) =>
    call<Page<RefusedRow>>(withQuery(`${api_root}/batches/${segment(id)}/refused`, query), under(purpose)),
  batchRecords: (id: string, query: { limit?: number; cursor?: string }) => get<Page<DataRecord>>(`/batches/${segment(id)}/records`, query),
  withdrawalRecords: (id: string, query: { limit?: number; cursor?: string }) => get<Page<WithdrawnRecord>>(`/batches/${segment(id)}/withdrawal/records`, query),
  withdrawal: (id: string) => get<Withdrawal>(`/batches/${segment(id)}/withdrawal`),
  withdrawBatch: (id: string, reason: string, records: number, key: string) => post<Withdrawal>(`/batches/${segment(id)}/withdrawal`, { reason, records }, key),
  responsibilities: () => get<ResponsibilityList>('/responsibilities'),
  remind: (id: string) => post<Responsibility>(`/responsibilities/${segment(id)}/reminders`, {}),
  overlaps: () => get<OverlapList>('/overlaps'),
  demands: () => get<{ items: Demand[] }>('/demands'),
  askDemand: (demand: NewDemand, key: string) => post<DemandDetail>('/demands', demand, key),
  sources: () => get<{ items: Source[] }>('/sources'),
  source: (id: string) => get<Source>(`/sources/${segment(id)}`),
  sourceRuns: (id: string, query: { limit?: number; cursor?: string }) => get<Page<SourceRun>>(`/sources/${segment(id)}/runs`, query),
  addSource: (source: NewSource) => send<Source>('POST', '/sources', source),
  editSource: (id: string, source: Omit<NewSource, 'kind' | 'resource'>) => send<Source>('PUT', `/sources/${segment(id)}`, source),
  sourceQuestions: (id: string) => get<SourceQuestions>(`/sources/${segment(id)}/questions`),
  askSource: (id: string, question: string, purpose: string, inputs: Record<string, string>) =>
    send<SourceAnswer>('POST', `/sources/${segment(id)}/questions/${segment(question)}`, { purpose, inputs }),
  trySource: (source: NewSource) => send<{ found: string[] }>('POST', '/sources/trials', source),
  tryKeptSource: (id: string) => send<{ found: string[] }>('POST', `/sources/${segment(id)}/trial`),
  actOnSource: (id: string, act: 'run' | 'pause' | 'resume') => send<Source>('POST', `/sources/${segment(id)}/${act}`),
  revokeSource: (id: string, why: string) => send<Source>('POST', `/sources/${segment(id)}/revocation`, { why }),
  removeSource: (id: string) => send<void>('DELETE', `/sources/${segment(id)}`),
  repairRefused: (id: string, line: number, fields: Record<string, unknown>, key: string) =>
    call<RecordCreated>(`${api_root}/batches/${segment(id)}/refused/${line}/repair`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(fields),
    }),
  cockpit: (region: string, signal?: AbortSignal) => get<Cockpit>('/cockpit', { region }, signal),
  metrics: () => get<{ items: Metric[] }>('/metrics'),
  series: (metric: string, region: string, from?: string, to?: string) =>
    get<Series>('/metrics/series', { metric, region, from, to }),
};

// What the pages of sign-in, accounts, grants and roles ask of the hub, and the shapes they show.
import { get, Problem, send } from '@shared/api';
import type { components } from '@shared/api.d';
import type { Page } from '@shared/types';

type Schemas = components['schemas'];
export type Account = Schemas['AccountView'];
export type CreatedAccount = Schemas['CreatedAccount'];
export type CreatedKey = Schemas['CreatedKey'];
export type Grant = Schemas['HeldGrant'];
export type NewAccount = Schemas['NewAccount'];
export type NewGrant = Schemas['NewGrant'];
export type AccountOrder = Schemas['AccountOrderView'];
export type AccountOrderDraft = Schemas['AccountOrderDraft'];
export type Loan = Schemas['Loan'];
export type Permission = Schemas['PermissionView'];
export type Role = Schemas['RoleView'];
export type RoleDraft = Schemas['RoleDraft'];
export type Session = Schemas['Session'];
export type Secret = Schemas['SecondFactorSecret'];
export type Token = Schemas['TokenView'];
export type SignInWay = Schemas['SignInWay'];
export type Provider = Schemas['ProviderView'];
export type ProviderDraft = Schemas['ProviderDraft'];
export type Paper = Schemas['DocumentView'];
export type Look = Schemas['Access'];
export type Signer = Schemas['SignerView'];

export const account_kinds: Account['kind'][] = ['staff', 'resident', 'enterprise', 'client', 'device'];
export const duties: Role['duty'][] = ['work', 'system', 'security', 'audit'];
export const personal_classes = ['basic', 'name', 'identifier', 'contact', 'address', 'health'] as const;

// What papers a citizen-ID service may vouch for.
export const document_kinds = ['citizen_id', 'residence_permit', 'permanent_residence', 'passport_china', 'passport_hong_kong', 'passport_macao', 'passport_foreign', 'home_return_permit', 'taiwan_compatriot', 'travel_hong_kong_macao', 'travel_taiwan', 'military'] as const;

const part = encodeURIComponent;
const account = (id: string): string => `/accounts/${part(id)}`;

export const identity = {
  signIn: (login: string, password: string, code?: string) => send<Session>('POST', '/sessions', { login, password, ...(code === undefined ? {} : { code }) }),
  sendCode: (phone: string) => send<Schemas['CodeSent']>('POST', '/sign-in-codes', { phone }),
  signInByPhone: (phone: string, code: string) => send<Session>('POST', '/sessions', { phone, code }),

  ways: () => get<{ items: SignInWay[] }>('/sign-in-providers'),
  goElsewhere: (provider: string, next: string | null, join = false) => send<Schemas['Attempt']>('POST', `/sign-in-providers/${part(provider)}/attempts`, { ...(next === null ? {} : { next }), join }),
  comeBack: (returned: Schemas['SignInReturn']) => send<Schemas['ReturnedSession']>('POST', '/sign-in-returns', returned),
  papers: () => get<{ items: Paper[] }>('/me/documents'),
  looks: (cursor?: string, ward?: string) => get<Schemas['AccessPage']>('/me/accesses', { cursor, ward }),
  delayCount: () => get<Schemas['DelayCount']>('/audit/delays/count'),
  becomeScreen: (label: string) => send<Token>('POST', '/me/screen', { label }),
  signers: (id: string) => get<{ items: Signer[] }>(`${account(id)}/signers`),
  addSigner: (id: string, label: string, public_key: string, days: number) => send<Signer>('POST', `${account(id)}/signers`, { label, public_key, days }),
  endSigner: (id: string, signer: string) => send<void>('DELETE', `${account(id)}/signers/${part(signer)}`),
  providers: () => get<{ items: Provider[] }>('/identity-providers'),
  putProvider: (id: string, draft: ProviderDraft) => send<Provider>('PUT', `/identity-providers/${part(id)}`, draft),
  dropProvider: (id: string) => send<void>('DELETE', `/identity-providers/${part(id)}`),
  tryProvider: (id: string) => send<Schemas['ProviderTrial']>('POST', `/identity-providers/${part(id)}/trial`),

  sessions: () => get<{ items: Token[] }>('/me/sessions'),
  endSession: (id: string) => send<void>('DELETE', `/me/sessions/${part(id)}`),
  changePassword: (present: string, password: string) => send<void>('POST', '/me/password', { present, password }),
  newSecret: () => send<Secret>('POST', '/me/second-factor/secret'),
  setSecondFactor: (secret: string, code: string) => send<void>('PUT', '/me/second-factor', { secret, code }),
  dropSecondFactor: (password: string) => send<void>('POST', '/me/second-factor/removal', { password }),
  lend: (loan: Loan) => send<Grant>('POST', '/me/loans', loan),
  breakGlass: (region: string, reason: string) => send<Grant>('POST', '/me/break-glass', { region, reason }),

  accounts: (query: { kind?: string; state?: string; limit?: number; cursor?: string }) => get<Page<Account>>('/accounts', query),
  account: (id: string) => get<Account>(account(id)),
  create: (wanted: NewAccount) => send<CreatedAccount>('POST', '/accounts', wanted),
  edit: (id: string, edit: Schemas['AccountEdit']) => send<Account>('PATCH', account(id), edit),
  reset: (id: string) => send<CreatedAccount>('POST', `${account(id)}/reset`),
  give: (id: string, grant: NewGrant) => send<Grant>('POST', `${account(id)}/grants`, grant),
  endGrant: (id: string) => send<void>('DELETE', `/grants/${part(id)}`),
  grants: (query: { kind?: string; unreviewed?: string; limit?: number; cursor?: string }) => get<Page<Grant>>('/grants', query),
  review: (id: string) => send<Grant>('POST', `/grants/${part(id)}/review`),
  orders: (query: { waiting?: string; limit?: number; cursor?: string }) => get<Page<AccountOrder>>('/account-orders', query),
  ask: (draft: AccountOrderDraft) => send<AccountOrder>('POST', '/account-orders', draft),
  decide: (id: string, step: 'confirm' | 'drop') => send<Schemas['AccountOrderDone']>('POST', `/account-orders/${part(id)}/steps`, { step }),
  tokens: (id: string) => get<{ items: Token[] }>(`${account(id)}/tokens`),
  createKey: (id: string, label: string, days: number) => send<CreatedKey>('POST', `${account(id)}/keys`, { label, days }),
  endToken: (id: string, token: string) => send<void>('DELETE', `${account(id)}/tokens/${part(token)}`),

  roles: () => get<{ items: Role[] }>('/roles'),
  role: (id: string) => get<Role>(`/roles/${part(id)}`),
  putRole: (id: string, draft: RoleDraft) => send<Role>('PUT', `/roles/${part(id)}`, draft),
  dropRole: (id: string) => send<void>('DELETE', `/roles/${part(id)}`),
  permissions: () => get<{ items: Permission[] }>('/permissions'),
};

// Whether the hub asks for the code of an authenticator: it names the field.
export const namesCode = (sentences: Record<string, string>): boolean => sentences.code !== undefined;

// Whether the hub wants a second administrator for it (an order).
export const needsSecond = (cause: unknown): boolean => cause instanceof Problem && (cause.body.errors ?? []).some((error) => error.code === 'identity.second_person');

export const stands = (grant: Pick<Grant, 'ended_at' | 'until'>, now: number): boolean =>
  grant.ended_at === null && (grant.until === null || Date.parse(grant.until) > now);

// Where the audit log shows what was done under a grant while it stood.
export function auditPathOf(grant: Pick<Grant, 'account' | 'from' | 'until'>): string {
  const query = new URLSearchParams({ actor: `account:${grant.account}`, from: grant.from, ...(grant.until === null ? {} : { to: grant.until }) });
  return `/audit?${query.toString()}`;
}

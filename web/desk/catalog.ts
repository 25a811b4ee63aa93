// What the catalogue's pages ask of the hub, and the shapes they show.
import { get, post, send, type Query } from '@shared/api';
import type { components } from '@shared/api.d';

type Schemas = components['schemas'];
export type ResourceList = Schemas['ResourceList'];
export type Version = Schemas['Version'];
export type VersionDetail = Schemas['VersionDetail'];
export type Notice = Schemas['Notice'];
export type Overlap = Schemas['Overlap'];
export type DemandDetail = Schemas['DemandDetail'];
export type LifeStep = Schemas['VersionStep']['step'];
export type DemandStep = Schemas['DemandStep']['step'];
export type NewResponsibility = Schemas['NewResponsibility'];
export type NewExemption = Schemas['NewExemption'];
export type StepTaken = Schemas['Step'];

// The keys of resources.yaml that the form knows; others are kept as they are (docs/formats/resources.md).
export interface Label { zh: string; en: string }
export interface DefinedChoice extends Label { id: string; also?: string[] }
export interface DefinedField { name: string; title: Label; type: string; personal?: string; required?: boolean; values?: DefinedChoice[]; [other: string]: unknown }
export interface Definition {
  id: string; title: Label; description?: Label; provider: Label & { id: string }; sharing: string; purposes?: string[]; retention: string; update: string;
  key?: string[]; region?: string[]; day?: string; subject?: string; collected_from?: string; fields?: DefinedField[]; [other: string]: unknown;
}

const part = encodeURIComponent;
const version = (id: string, number: number): string => `/resources/${part(id)}/versions/${number}`;

export const catalog = {
  find: (query: Query) => get<ResourceList>('/resources', query),
  versions: (id: string) => get<Schemas['VersionList']>(`/resources/${part(id)}/versions`),
  version: (id: string, number: number) => get<VersionDetail>(version(id, number)),
  draft: (definition: Definition) => send<Version>('POST', '/resources', { definition }),
  edit: (number: number, definition: Definition) => send<Version>('PUT', version(definition.id, number), { definition }),
  importYaml: (yaml: string) => send<Schemas['VersionList']>('POST', '/resource-files', { yaml }),
  step: (id: string, number: number, body: { step: LifeStep; reason?: string; breaking?: string }) =>
    send<Version>('POST', `${version(id, number)}/steps`, body),
  notices: (query: { kind?: string; resource?: string; about?: string }) => get<{ items: Notice[] }>('/catalog/notices', query),
  demand: (id: string) => get<DemandDetail>(`/demands/${part(id)}`),
  addResponsibility: (wanted: NewResponsibility, key: string) => post<Schemas['Responsibility']>('/responsibilities', wanted, key),
  exempt: (wanted: NewExemption, key: string) => post<Schemas['OverlapList']>('/overlaps/exemptions', wanted, key),
  stepDemand: (id: string, body: { step: DemandStep; resource?: string; promised_for?: string; reason?: string }) =>
    send<DemandDetail>('POST', `/demands/${part(id)}/steps`, body),
};

export const sharings = ['unconditional', 'conditional', 'none', 'open', 'secret'] as const;
export const rhythms = ['realtime', 'daily', 'weekly', 'monthly', 'once'] as const;
export const personals = ['none', 'basic', 'name', 'identifier', 'contact', 'address', 'health'] as const;
export const subjects = ['person', 'household', 'enterprise', 'venue', 'vehicle', 'device', 'place', 'figure', 'other'] as const;
export const askedOf = ['residents', 'grid', 'enterprises', 'departments', 'devices', 'published'] as const;
export const fieldTypes = ['text', 'person_name', 'phone', 'citizen_id', 'identity_document', 'credit_code', 'date', 'datetime', 'integer', 'number', 'boolean', 'choice', 'region', 'address'] as const;

// The steps that a version in this state may take next.
export function stepsFrom(state: Version['state']): LifeStep[] {
  switch (state) {
    case 'draft': return ['submit'];
    case 'submitted': return ['review', 'refuse', 'withdraw'];
    case 'reviewed': return ['publish', 'refuse', 'withdraw'];
    case 'published': return ['retire'];
    default: return [];
  }
}

const plain = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

// What a step takes: who drafts submits and withdraws, who keeps the catalogue decides.
export const permissionOf = (step: LifeStep): string => (step === 'submit' || step === 'withdraw' ? 'catalog.draft' : 'catalog.decide');

// The package's name where a package acted, not a person.
export function packageOf(actor: string): string | null {
  return actor.startsWith('package:') ? actor.slice('package:'.length) : null;
}

// Why an actor may not take a step: the key of the sentence; empty when they may. The hub decides; this only spares a refusal.
export function hindrance(version: Version, step: LifeStep, actor: string): '' | 'didSubmit' | 'didReview' | 'onlySubmitter' {
  const me = plain(actor);
  const submitted = me !== '' && plain(version.submitted_by ?? '') === me;
  const reviewed = me !== '' && plain(version.reviewed_by ?? '') === me;
  if (step === 'withdraw') return submitted ? '' : 'onlySubmitter';
  if (['review', 'refuse', 'publish'].includes(step) && submitted) return 'didSubmit';
  return step === 'publish' && reviewed ? 'didReview' : '';
}

// Choices as lines "id, Chinese, English" and back; further spellings of a choice stay with its id.
export function choiceLines(values: DefinedChoice[] | undefined): string {
  return (values ?? []).map((one) => [one.id, one.zh, one.en].join(', ')).join('\n');
}
export function choicesOf(lines: string, before: DefinedChoice[] | undefined): DefinedChoice[] {
  return lines.split('\n').map((line) => line.split(/[,\uFF0C]/).map((word) => word.trim())).filter((words) => words[0] !== '').map(([id, zh, en]) => {
    const also = before?.find((one) => one.id === id)?.also;
    return { id, zh: zh || id, en: en || zh || id, ...(also === undefined ? {} : { also }) };
  });
}

export function blankDefinition(): Definition {
  return {
    id: '', title: { zh: '', en: '' }, description: { zh: '', en: '' }, provider: { id: '', zh: '', en: '' }, sharing: 'conditional', purposes: [], retention: '1y', update: 'daily',
    key: [], region: [], subject: 'other', collected_from: 'departments', fields: [blankField()],
  };
}
export function blankField(): DefinedField {
  return { name: '', title: { zh: '', en: '' }, type: 'text', personal: 'none', required: false };
}

// What is sent: empty parts left out, and what names fields that are gone.
export function tidied(definition: Definition): Definition {
  const out = JSON.parse(JSON.stringify(definition)) as Definition;
  const names = new Set((out.fields ?? []).map((field) => field.name));
  out.key = (out.key ?? []).filter((name) => names.has(name));
  out.region = (out.region ?? []).filter((name) => names.has(name));
  if (!out.day || !names.has(out.day)) delete out.day;
  if (!out.description?.zh && !out.description?.en) delete out.description;
  for (const list of ['key', 'region', 'purposes'] as const) if (out[list]?.length === 0) delete out[list];
  for (const field of out.fields ?? []) {
    if (field.type !== 'choice') delete field.values;
    if (field.personal === 'none') delete field.personal;
    if (field.required === false) delete field.required;
  }
  if (out.sharing === 'secret') delete out.fields;
  return out;
}

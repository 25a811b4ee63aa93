// What the page of the audit log asks of the hub, and the proof as this browser computes it.
import { get, send } from '@shared/api';
import type { components } from '@shared/api.d';

type Schemas = components['schemas'];
export type AuditEntry = Schemas['AuditEntry'];
export type InclusionProof = Schemas['InclusionProof'];
export type TreeHead = Schemas['TreeHead'];
export type Verification = Schemas['Verification'];
export type DestructionOrder = Schemas['DestructionOrderView'];
export type Delay = Schemas['DelayView'];

export interface AuditFilter {
  event: string;
  actor: string;
  subject: string;
  resource: string;
  region: string;
  purpose: string;
  outcome: string;
  from: string;
  to: string;
}

export const audit = {
  entries: (filter: AuditFilter, cursor?: string) => get<Schemas['AuditPage']>('/audit/entries', { ...filter, cursor }),
  proof: (position: number) => get<InclusionProof>(`/audit/entries/${position}`),
  heads: () => get<Schemas['TreeHeadPage']>('/audit/heads', { limit: 1 }),
  askDestruction: (position: number, order: string, reason: string) => send<DestructionOrder>('POST', `/audit/entries/${position}/destruction`, { order, reason }),
  destructions: () => get<{ items: DestructionOrder[] }>('/audit/destructions', { limit: 50 }),
  decide: (id: string, step: 'carry_out' | 'drop') => send<DestructionOrder>('POST', `/audit/destructions/${id}/steps`, { step }),
  delays: () => get<{ items: Delay[] }>('/audit/delays', { limit: 50 }),
  delay: (wanted: Schemas['DelayOrder']) => send<Delay>('POST', '/audit/delays', wanted),
  lift: (id: string) => send<Delay>('DELETE', `/audit/delays/${id}`),
  verification: () => get<Verification>('/audit/verification'),
  verify: () => send<Verification>('POST', '/audit/verification', {}),
};

export type ProofState = 'unsigned' | 'proved' | 'wrong' | 'unchecked' | 'destroyed';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));
}

// Salt and fields as docs/formats/audit-log.md has them.
async function commitmentOf(leaf: InclusionProof['leaf']): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const entry = leaf.entry!;
  const fields = [String(entry.at_us), entry.actor, entry.event, entry.subject, entry.detail].map((field) => encoder.encode(field));
  return sha256(bytesOf(leaf.salt), ...fields.flatMap((field) => [encoder.encode(`${field.length}:`), field, encoder.encode(',')]));
}

// RFC 9162, section 2.1.3.2.
async function rootOf(commitment: Uint8Array, position: number, size: number, path: string[]): Promise<string | null> {
  let node = BigInt(position);
  let last = BigInt(size) - 1n;
  let reached = await sha256(Uint8Array.of(0), commitment);
  for (const hash of path) {
    if (last === 0n) return null;
    if ((node & 1n) === 1n || node === last) {
      reached = await sha256(Uint8Array.of(1), bytesOf(hash), reached);
      while ((node & 1n) === 0n && node !== 0n) { node >>= 1n; last >>= 1n; }
    } else {
      reached = await sha256(Uint8Array.of(1), reached, bytesOf(hash));
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? hexOf(reached) : null;
}

// Whether the signed head holds the very entry; computed here, so that the hub need not be believed.
export async function judge(proof: InclusionProof): Promise<ProofState> {
  const { leaf, head, path } = proof;
  if (head === null) return 'unsigned';
  if (globalThis.crypto?.subtle === undefined) return 'unchecked';
  const stated = bytesOf(leaf.commitment);
  if (leaf.position >= head.size || (await rootOf(stated, leaf.position, head.size, path)) !== head.root) return 'wrong';
  if (leaf.entry === null) return 'destroyed';
  return hexOf(await commitmentOf(leaf)) === leaf.commitment ? 'proved' : 'wrong';
}

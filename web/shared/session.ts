// Who is signed in, what they may do, and the way to the sign-in page and back. The session itself is a cookie that no script reads.
import { shallowRef } from 'vue';
import type { components } from './api.d';

type Schemas = components['schemas'];
export type Me = Schemas['Me'];
export type HeldGrant = Schemas['HeldGrant'];

export const sign_in_path = '/desk/#/sign-in';

// An address of this very site, as a path; null for any other and for the sign-in page itself, to which nobody needs to return.
export function safeNext(wanted: unknown, origin: string): string | null {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return null;
  let address: URL;
  try {
    address = new URL(wanted, origin);
  } catch {
    return null;
  }
  const path = address.pathname + address.search + address.hash;
  // "//elsewhere" and "/\elsewhere" are addresses of other sites.
  if (address.origin !== origin || path.startsWith('//')) return null;
  return /^#\/(sign-in|return)/.test(address.hash) ? null : path;
}

export function signInAddress(next: string | null): string {
  return next === null ? sign_in_path : `${sign_in_path}?next=${encodeURIComponent(next)}`;
}

const here = (): string => location.pathname + location.search + location.hash;
const atSignIn = (): boolean => location.pathname.startsWith('/desk') && /^#\/(sign-in|return)/.test(location.hash);

// A page whose address differs only behind the # is not read anew by the browser: what the last reader saw would stay in memory.
export function leaveFor(path: string): void {
  const stays = new URL(path, location.href).pathname === location.pathname;
  location.assign(path);
  if (stays) location.reload();
}

// The hub does not know who asks (any more): off to the sign-in page, with the way back. Once; there, a refusal is shown in place.
let leaving = false;
export function signedOut(): void {
  if (typeof location === 'undefined' || leaving || atSignIn()) return;
  leaving = true;
  leaveFor(signInAddress(safeNext(here(), location.origin)));
}

const me = shallowRef<Me | null>(null);

export function useMe() {
  return me;
}

export function keepMe(known: Me): void {
  me.value = known;
}

export const may = (permission: string): boolean => me.value?.permissions.includes(permission) ?? false;

// The same for what belongs to a department: some grant is bound to none, or to this one. What each grant's role holds only the hub knows.
export const mayFor = (permission: string, department: string): boolean =>
  may(permission) && (me.value?.grants.some((grant) => grant.department === null || grant.department === department) ?? false);

// Before anything else the account itself is to be put in order.
export const mustFirst = (known: Me): 'password' | 'second_factor' | null =>
  known.must_change ? 'password' : known.second_factor === 'wanted' ? 'second_factor' : null;

// Titles of the roles in force, each once.
export function roleTitles(grants: readonly Pick<HeldGrant, 'role_title'>[]): string[] {
  return [...new Set(grants.map((grant) => grant.role_title))];
}

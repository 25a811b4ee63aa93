// The role editor's own reasoning; the hub decides all the same.
import { duties, type Permission, type Role, type RoleDraft } from './identity';

export type Duty = Role['duty'];
// Held by everybody; no role needs them.
const always = new Set(['anyone', 'self']);

// What a role may hold, by duty, in the hub's order.
export function byDuty(permissions: readonly Permission[]): { duty: Duty; permissions: Permission[] }[] {
  return duties.map((duty) => ({ duty, permissions: permissions.filter((one) => one.duty === duty && !always.has(one.reach)) })).filter((group) => group.permissions.length > 0);
}

// The administrations whose permissions were chosen; more than one is refused.
export function administrations(chosen: readonly string[], permissions: readonly Permission[]): Duty[] {
  const held = new Set(permissions.filter((one) => chosen.includes(one.id)).map((one) => one.duty));
  return duties.filter((duty) => duty !== 'work' && held.has(duty));
}

export const every_purpose = '*';

export function copyOf(role: Role): RoleDraft {
  return { title: { ...role.title }, permissions: [...role.permissions], classes: [...role.classes], purposes: [...role.purposes], version: role.built_in ? 0 : role.version };
}

export const blankRole = (): RoleDraft => ({ title: { zh: '', en: '' }, permissions: [], classes: [], purposes: [], version: 0 });

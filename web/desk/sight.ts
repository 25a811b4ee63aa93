// Which personal fields open under a purpose, worked out from what the reader's roles say; the hub decides for each record by its region.
import { shallowRef, watch, type Ref } from 'vue';
import { may, useMe, type HeldGrant } from '@shared/session';
import { identity, type Role } from './identity';

type Holding = Pick<HeldGrant, 'role' | 'department'>;
type Opening = Pick<Role, 'id' | 'permissions' | 'classes' | 'purposes'>;

// Classes open to someone with these grants, of a department's resource, under a purpose; none without a purpose.
export function openClasses(grants: readonly Holding[], roles: readonly Opening[], department: string, purpose: string): Set<string> {
  const open = new Set<string>();
  if (purpose === '') return open;
  for (const grant of grants) {
    const role = roles.find((one) => one.id === grant.role);
    if (role === undefined || !role.permissions.includes('record.read')) continue;
    if (grant.department !== null && grant.department !== department) continue;
    if (!role.purposes.includes('*') && !role.purposes.includes(purpose)) continue;
    for (const one of role.classes) open.add(one);
  }
  return open;
}

// The roles behind the reader's grants.
export function useOwnRoles(): Ref<Role[]> {
  const me = useMe();
  const roles = shallowRef<Role[]>([]);
  watch(me, async (known) => {
    if (known === null || !may('role.read')) return;
    const held = new Set(known.grants.map((grant) => grant.role));
    try {
      roles.value = (await identity.roles()).items.filter((role) => held.has(role.id));
    } catch {
      roles.value = [];
    }
  }, { immediate: true });
  return roles;
}

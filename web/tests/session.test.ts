// Goal: nobody is led to another site after signing in, personal fields are said to open only where they do, and the editor knows what the hub refuses.
import { beforeEach, describe, expect, it } from 'vitest';
import { isHere, shownEntries } from '../desk/navigation';
import { openClasses } from '../desk/sight';
import { administrations, byDuty, copyOf } from '../desk/roles';
import { auditPathOf, stands, type Permission, type Role } from '../desk/identity';
import { openLive } from '../shared/sse';
import { keepMe, may, mayFor, mustFirst, roleTitles, safeNext, signInAddress, type Me } from '../shared/session';

const origin = 'https://hub.example';
const grant = { id: '1', account: '7', role: 'data-officer', role_title: 'Data officer', region: '99', region_name: 'City', department: 'police' as string | null, from: '2026-01-01T00:00:00Z', until: null as string | null, kind: 'given' as const, reason: '', granted_by: '', granted_at: '', ended_at: null as string | null, reviewed_at: null, reviewed_by: null };
const me: Me = { account: '7', actor: 'account:7', name: 'Lin', kind: 'staff', department: 'police', session: '1', ends_at: null, must_change: false, second_factor: 'none', grants: [grant], permissions: ['record.read'] };

describe('the way back after signing in', () => {
  it('stays on this site', () => {
    for (const [wanted, next] of [
      ['/desk/#/batches?late=1', '/desk/#/batches?late=1'], ['/?region=99', '/?region=99'],
      ['//elsewhere.example/', null], ['/\\elsewhere.example/', null], ['https://elsewhere.example/', null], ['javascript:alert(1)', null], ['desk', null], [undefined, null], [7, null],
      ['/\t/elsewhere.example', null], ['/.//elsewhere.example', null],
    ] as const) expect([wanted, safeNext(wanted, origin)]).toEqual([wanted, next]);
  });
  it('never leads to the sign-in page again', () => {
    expect(safeNext('/desk/#/sign-in?next=%2F', origin)).toBeNull();
    expect(signInAddress(null)).toBe('/desk/#/sign-in');
    expect(signInAddress('/?region=99&metric=a')).toBe('/desk/#/sign-in?next=%2F%3Fregion%3D99%26metric%3Da');
  });
});

describe('who is signed in', () => {
  beforeEach(() => keepMe(me));
  it('may what the hub listed, of their departments', () => {
    expect([may('record.read'), may('audit.read')]).toEqual([true, false]);
    expect([mayFor('record.read', 'police'), mayFor('record.read', 'health'), mayFor('audit.read', 'police')]).toEqual([true, false, false]);
    keepMe({ ...me, grants: [grant, { ...grant, department: null }] });
    expect(mayFor('record.read', 'health')).toBe(true);
  });
  it('changes a first password before setting up an authenticator', () => {
    expect(mustFirst({ ...me, must_change: true, second_factor: 'wanted' })).toBe('password');
    expect(mustFirst({ ...me, second_factor: 'wanted' })).toBe('second_factor');
    expect(mustFirst(me)).toBeNull();
  });
  it('has each title once', () => expect(roleTitles([grant, grant, { role_title: 'Doctor' }])).toEqual(['Data officer', 'Doctor']));
});

describe('a purpose', () => {
  const roles = [
    { id: 'data-officer', permissions: ['record.read'], classes: ['name', 'health'], purposes: ['*'] },
    { id: 'night', permissions: ['record.read'], classes: ['contact'], purposes: ['grid-services'] },
    { id: 'clerk', permissions: ['record.write'], classes: ['address'], purposes: ['*'] },
  ];
  const holding = (role: string, department: string | null) => ({ role, department });
  const opened = (grants: { role: string; department: string | null }[], purpose: string) => [...openClasses(grants, roles, 'police', purpose)].sort();
  it('opens nothing when none is named', () => expect(opened([holding('data-officer', null)], '')).toEqual([]));
  it('opens what the roles have that may pursue it', () => {
    expect(opened([holding('data-officer', 'police'), holding('night', null)], 'epidemic-control')).toEqual(['health', 'name']);
    expect(opened([holding('night', null)], 'grid-services')).toEqual(['contact']);
  });
  it('opens nothing through another department, another permission or an unknown role', () => {
    expect(opened([holding('data-officer', 'health'), holding('clerk', null), holding('gone', null)], 'epidemic-control')).toEqual([]);
  });
});

describe('the role editor', () => {
  const permission = (id: string, duty: Permission['duty'], reach: Permission['reach'] = 'hub'): Permission => ({ id, title: id, duty, reach });
  const all = [permission('self', 'work', 'self'), permission('record.read', 'work', 'rows'), permission('keys.read', 'system'), permission('audit.read', 'audit')];
  it('groups by duty and leaves out what everybody holds', () => {
    expect(byDuty(all).map(({ duty, permissions }) => [duty, permissions.map((one) => one.id)])).toEqual([['work', ['record.read']], ['system', ['keys.read']], ['audit', ['audit.read']]]);
  });
  it('knows two administrations in one role', () => {
    expect(administrations(['record.read', 'keys.read'], all)).toEqual(['system']);
    expect(administrations(['audit.read', 'keys.read'], all)).toEqual(['system', 'audit']);
  });
  it('copies a built-in role as a new one', () => {
    const role: Role = { id: 'a', title: { zh: 'x', en: 'y' }, built_in: true, duty: 'work', permissions: ['record.read'], classes: [], purposes: [], version: 3, changed_at: null, changed_by: null };
    expect(copyOf(role).version).toBe(0);
    expect(copyOf({ ...role, built_in: false }).version).toBe(3);
  });
});

describe('grants', () => {
  const now = Date.parse('2026-06-01T00:00:00Z');
  it('stand until ended or over', () => {
    expect([grant, { ...grant, until: '2026-05-01T00:00:00Z' }, { ...grant, ended_at: '2026-05-01T00:00:00Z' }].map((one) => stands(one, now))).toEqual([true, false, false]);
  });
  it('lead to what was done under them', () => {
    expect(auditPathOf({ account: '7', from: '2026-01-01T00:00:00Z', until: '2026-01-01T01:00:00Z' })).toBe('/audit?actor=account%3A7&from=2026-01-01T00%3A00%3A00Z&to=2026-01-01T01%3A00%3A00Z');
  });
});

describe('the bar', () => {
  it('shows the pages one may see, and where one is', () => {
    keepMe({ ...me, permissions: ['catalog.read', 'purpose.read'] });
    const entries = shownEntries();
    expect(entries.map((one) => one.page)).toEqual(['resources', 'demands', 'responsibilities', 'purposes']);
    for (const permission of ['case.act', 'case.turn', 'case.supervise']) {
      keepMe({ ...me, permissions: [permission] });
      expect(shownEntries().map((one) => one.page)).toEqual(['inbox']);
    }
    const here = (path: string): string[] => entries.filter((one) => isHere(one, path)).map((one) => one.page);
    expect(['/purposes', '/purposes/epidemic-control', '/emergencies/7', '/rights/7', '/resources/x', '/purposesful', '/account'].map(here))
      .toEqual([['purposes'], ['purposes'], ['purposes'], ['purposes'], ['resources'], [], []]);
  });
});

describe('a live stream', () => {
  it('ends for good when nobody is signed in any more', async () => {
    let calls = 0;
    const live = openLive({
      url: '/stream', onEvent: () => undefined, wait: async () => undefined,
      fetch: (async () => { ++calls; return new Response('', { status: 401 }); }) as unknown as typeof fetch,
    });
    await live.done;
    expect(calls).toBe(1);
  });
});

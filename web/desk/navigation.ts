// The desk's pages in the bar, and what one must be allowed for each to be shown. The hub refuses all the same.
import { may, useMe } from '@shared/session';

export interface NavigationEntry {
  page: string;
  title: string;
  permission: string;
  or?: string[];  // permissions that show it as well
  unless?: string;  // reached from another page by those who may this
  granted?: true;  // for those who hold some role: everybody may ask for it, residents have no use for the page
  also?: string[];  // pages of single things that belong to it
}

const entries: NavigationEntry[] = [
  { page: 'inbox', title: 'work.nav', permission: 'case.act', or: ['case.turn', 'case.supervise'], also: ['processes', 'cases', 'duties', 'calendar'] },
  { page: 'resources', title: 'desk.resources', permission: 'catalog.read' },
  { page: 'upload', title: 'desk.upload', permission: 'ingest.write' },
  { page: 'forms', title: 'fill.title', permission: 'record.read', unless: 'ingest.write' },
  { page: 'batches', title: 'desk.batches', permission: 'ingest.read' },
  { page: 'sources', title: 'sources.title', permission: 'source.read' },
  { page: 'demands', title: 'desk.demands', permission: 'catalog.read' },
  { page: 'responsibilities', title: 'desk.responsibilities', permission: 'catalog.read' },
  { page: 'subjects', title: 'registry.nav', permission: 'subject.read', also: ['merges'] },
  { page: 'pairs', title: 'registry.pairs', permission: 'subject.review' },
  { page: 'comparisons', title: 'registry.comparisons', permission: 'comparison.read' },
  { page: 'registry', title: 'registry.state', permission: 'registry.read' },
  { page: 'quality', title: 'quality.nav', permission: 'quality.read' },
  { page: 'objections', title: 'quality.objections', permission: 'objection.read' },
  { page: 'own-objections', title: 'quality.ownObjections', permission: 'objection.open' },
  { page: 'notices', title: 'notices.nav', permission: 'notice.follow', also: ['rumours', 'alerts'] },
  { page: 'open311', title: 'open311.nav', permission: 'open311.read' },
  { page: 'rules', title: 'rules.title', permission: 'ingest.read' },
  { page: 'regions', title: 'desk.regions', permission: 'region.read', granted: true },
  { page: 'purposes', title: 'purpose.nav', permission: 'purpose.read', also: ['emergencies', 'rights'] },
  { page: 'accounts', title: 'identity.accounts.title', permission: 'account.read' },
  { page: 'roles', title: 'identity.roles.title', permission: 'role.write' },
  { page: 'reviews', title: 'identity.reviews.title', permission: 'account.read' },
  { page: 'audit', title: 'audit.title', permission: 'audit.read' },
  { page: 'packages', title: 'package.title', permission: 'scenario.read' },
  { page: 'providers', title: 'identity.elsewhere.title', permission: 'provider.read' },
  { page: 'operations', title: 'operations.title', permission: 'system.operate' },
];

export const shownEntries = (): NavigationEntry[] => entries.filter((entry) => [entry.permission, ...(entry.or ?? [])].some(may) && !(entry.granted && (useMe().value?.grants.length ?? 0) === 0) && !(entry.unless !== undefined && may(entry.unless)));

// Whether an address lies on the entry's page or on one that belongs to it.
export const isHere = (entry: NavigationEntry, path: string): boolean =>
  [entry.page, ...(entry.also ?? [])].some((page) => path === `/${page}` || path.startsWith(`/${page}/`));

// Where the desk opens: for administrators their own work, for others the first page they may see; residents have their account.
export function homePage(): string {
  for (const [permission, page] of [['account.write', '/accounts'], ['audit.prove', '/audit'], ['system.operate', '/operations']])
    if (may(permission)) return page;
  const first = shownEntries()[0];
  return first === undefined ? '/account' : `/${first.page}`;
}

import { createRouter, createWebHashHistory } from 'vue-router';
import { Problem, readMe } from '@shared/api';
import { mustFirst, useMe } from '@shared/session';
import { homePage } from './navigation';
import AccountPage from './pages/AccountPage.vue';
import AccountsPage from './pages/AccountsPage.vue';
import OneAccountPage from './pages/OneAccountPage.vue';
import AuditPage from './pages/AuditPage.vue';
import CalendarPage from './pages/CalendarPage.vue';
import CasePage from './pages/CasePage.vue';
import CasesPage from './pages/CasesPage.vue';
import DutiesPage from './pages/DutiesPage.vue';
import OpenCasePage from './pages/OpenCasePage.vue';
import AlertsPage from './pages/AlertsPage.vue';
import NewNoticePage from './pages/NewNoticePage.vue';
import NoticePage from './pages/NoticePage.vue';
import NoticesPage from './pages/NoticesPage.vue';
import RumoursPage from './pages/RumoursPage.vue';
import WorkPage from './pages/WorkPage.vue';
import ConnectionPage from './pages/ConnectionPage.vue';
import ConnectionsPage from './pages/ConnectionsPage.vue';
import BatchPage from './pages/BatchPage.vue';
import BatchesPage from './pages/BatchesPage.vue';
import FormsPage from './pages/FormsPage.vue';
import MergesPage from './pages/MergesPage.vue';
import LooksPage from './pages/LooksPage.vue';
import OperationsPage from './pages/OperationsPage.vue';
import PackagePage from './pages/PackagePage.vue';
import PackagesPage from './pages/PackagesPage.vue';
import PairsPage from './pages/PairsPage.vue';
import RegistryPage from './pages/RegistryPage.vue';
import SubjectPage from './pages/SubjectPage.vue';
import SubjectsPage from './pages/SubjectsPage.vue';
import ComparisonsPage from './pages/ComparisonsPage.vue';
import DemandPage from './pages/DemandPage.vue';
import DemandsPage from './pages/DemandsPage.vue';
import DraftPage from './pages/DraftPage.vue';
import EmergencyPage from './pages/EmergencyPage.vue';
import PurposePage from './pages/PurposePage.vue';
import PurposesPage from './pages/PurposesPage.vue';
import RightsPage from './pages/RightsPage.vue';
import ObjectionPage from './pages/ObjectionPage.vue';
import ObjectionsPage from './pages/ObjectionsPage.vue';
import QualityDetail from './pages/QualityDetail.vue';
import QualityPage from './pages/QualityPage.vue';
import ReviewsPage from './pages/ReviewsPage.vue';
import RolePage from './pages/RolePage.vue';
import RolesPage from './pages/RolesPage.vue';
import RulesPage from './pages/RulesPage.vue';
import SynonymsPage from './pages/SynonymsPage.vue';
import RegionsPage from './pages/RegionsPage.vue';
import ResourcePage from './pages/ResourcePage.vue';
import ResourcesPage from './pages/ResourcesPage.vue';
import ResponsibilitiesPage from './pages/ResponsibilitiesPage.vue';
import ProvidersPage from './pages/ProvidersPage.vue';
import ReturnPage from './pages/ReturnPage.vue';
import SignInPage from './pages/SignInPage.vue';
import SourcePage from './pages/SourcePage.vue';
import SourcesPage from './pages/SourcesPage.vue';
import UploadPage from './pages/UploadPage.vue';

const named = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

// A sign-in service sends the browser back to an address of its own, without a hash; the page behind it is one of these.
if (location.pathname === '/desk/return') history.replaceState(null, '', `/desk/#/return${location.search}`);

// Hash addresses: the hub serves plain files and need not know the desk's pages.
export const router = createRouter({
  history: createWebHashHistory('/desk/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', component: { render: () => null } },
    { path: '/sign-in', component: SignInPage, props: ({ query }) => ({ next: named(query.next) ?? null }) },
    { path: '/return', component: ReturnPage, props: ({ query }) => ({ state: named(query.state) ?? '', code: named(query.code) ?? '', iss: named(query.iss) ?? null, error: named(query.error) ?? null }) },
    { path: '/looks', component: LooksPage },
    { path: '/providers', component: ProvidersPage },
    { path: '/account', component: AccountPage },
    { path: '/accounts', component: AccountsPage },
    { path: '/accounts/:id', component: OneAccountPage, props: true },
    { path: '/reviews', component: ReviewsPage },
    { path: '/roles', component: RolesPage },
    { path: '/roles/:id', component: RolePage, props: ({ params, query }) => ({ id: params.id, from: named(query.from) }) },
    { path: '/inbox', component: WorkPage },
    { path: '/inbox/:page', component: CasesPage, props: true },
    { path: '/processes/:process/new', component: OpenCasePage, props: true },
    { path: '/processes/:process/:kind(list|board|map)', component: CasesPage, props: true },
    { path: '/cases/:id', component: CasePage, props: true, meta: { each: true } },  // what was chosen for one is not carried to the next
    { path: '/notices', component: NoticesPage },
    { path: '/notices/new', component: NewNoticePage },
    { path: '/notices/:id', component: NoticePage, props: true },
    { path: '/rumours', component: RumoursPage },
    { path: '/alerts', component: AlertsPage },
    { path: '/open311', component: ConnectionsPage },
    { path: '/open311/:id', component: ConnectionPage, props: true },
    { path: '/duties', component: DutiesPage },
    { path: '/calendar', component: CalendarPage },
    { path: '/resources', component: ResourcesPage },
    { path: '/resources/:id', component: ResourcePage, props: (to) => ({ id: to.params.id, first: typeof to.query.tab === 'string' ? to.query.tab : null }) },
    { path: '/resources/:resource/versions/:version/edit', component: DraftPage, props: true },
    { path: '/drafts', component: DraftPage, props: (to) => ({ from: typeof to.query.from === 'string' ? to.query.from : undefined }) },
    { path: '/resources/:id/synonyms', component: SynonymsPage, props: true },
    { path: '/rules', component: RulesPage },
    { path: '/upload', component: UploadPage, props: (to) => ({ chosen: typeof to.query.resource === 'string' ? to.query.resource : null }) },
    { path: '/forms', component: FormsPage },
    { path: '/batches', component: BatchesPage },
    { path: '/batches/:id', component: BatchPage, props: true },
    { path: '/demands', component: DemandsPage },
    { path: '/demands/:id', component: DemandPage, props: true },
    { path: '/responsibilities', component: ResponsibilitiesPage },
    { path: '/quality', component: QualityPage },
    { path: '/quality/:kind(resources|providers)/:id', component: QualityDetail, props: true },
    { path: '/objections', component: ObjectionsPage, props: ({ query }) => ({ resource: named(query.resource), provider: named(query.provider), late: query.overdue === 'true' }) },
    { path: '/objections/:id', component: ObjectionPage, props: true },
    { path: '/own-objections', component: ObjectionsPage, props: { own: true } },
    { path: '/own-objections/:id', component: ObjectionPage, props: ({ params }) => ({ id: params.id, own: true }) },
    { path: '/subjects', component: SubjectsPage },
    { path: '/subjects/:id', component: SubjectPage, props: true, meta: { each: true } },
    { path: '/pairs', component: PairsPage },
    { path: '/merges', component: MergesPage },
    { path: '/comparisons', component: ComparisonsPage },
    { path: '/registry', component: RegistryPage },
    { path: '/purposes', component: PurposesPage, props: ({ query }) => ({ tab: named(query.tab) }) },
    { path: '/purposes/:id', component: PurposePage, props: true },
    { path: '/emergencies/:id', component: EmergencyPage, props: true },
    { path: '/rights/:id', component: RightsPage, props: true },
    { path: '/sources', component: SourcesPage },
    { path: '/sources/:id', component: SourcePage, props: true },
    { path: '/regions/:code?', component: RegionsPage, props: true },
    { path: '/audit', component: AuditPage, props: ({ query }) => ({ wanted: Object.fromEntries(['actor', 'event', 'subject', 'from', 'to'].flatMap((name) => (named(query[name]) === undefined ? [] : [[name, named(query[name])]]))) }) },
    { path: '/packages', component: PackagesPage },
    { path: '/packages/:id', component: PackagePage, props: true },
    { path: '/operations', component: OperationsPage },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

// Nobody sees a page before the hub has said who they are; where their account is to be put in order first, that comes first.
const me = useMe();
router.beforeEach(async (to) => {
  if (to.path === '/sign-in' || to.path === '/return') return true;
  if (me.value === null) {
    try {
      await readMe();
    } catch (cause) {
      // Not signed in: the way to the sign-in page is taken already. Away: each page says so.
      return !(cause instanceof Problem && cause.status === 401);
    }
  }
  if (me.value !== null && mustFirst(me.value) !== null && to.path !== '/account') return '/account';
  return to.path === '/' ? homePage() : true;
});

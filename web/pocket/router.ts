import { createRouter, createWebHashHistory } from 'vue-router';
import { mustFirst, useMe } from '@shared/session';
import { firstPage } from './navigation';
import CasePage from './pages/CasePage.vue';
import FilePage from './pages/FilePage.vue';
import ListPage from './pages/ListPage.vue';
import MePage from './pages/MePage.vue';
import MinePage from './pages/MinePage.vue';
import NoticePage from './pages/NoticePage.vue';
import NoticesPage from './pages/NoticesPage.vue';
import OutboxPage from './pages/OutboxPage.vue';
import ReportPage from './pages/ReportPage.vue';
import ServicesPage from './pages/ServicesPage.vue';
import SignInPage from './pages/SignInPage.vue';
import TasksPage from './pages/TasksPage.vue';
import TodayPage from './pages/TodayPage.vue';
import WorkPage from './pages/WorkPage.vue';
import { whoIsHere } from './shift';

// Hash addresses: the hub serves plain files, and the worker of this page keeps one.
export const router = createRouter({
  history: createWebHashHistory('/pocket/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', component: { render: () => null } },
    { path: '/sign-in', component: SignInPage, meta: { outside: true } },
    { path: '/today', component: TodayPage },
    { path: '/report', component: ServicesPage },
    { path: '/report/:process', component: ReportPage, props: true },
    { path: '/list/:process', component: ListPage, props: true },
    { path: '/mine', component: MinePage },
    { path: '/cases/:id', component: CasePage, props: true },
    { path: '/pages/:id', component: WorkPage, props: true },
    { path: '/tasks', component: TasksPage },
    { path: '/outbox', component: OutboxPage },
    { path: '/notices', component: NoticesPage },
    { path: '/notices/:id', component: NoticePage, props: true },
    { path: '/me', component: MePage },
    { path: '/file', component: FilePage },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

const me = useMe();
router.beforeEach(async (to) => {
  if (to.path === '/sign-in') return true;
  if (me.value === null && (await whoIsHere()) === null) return '/sign-in';
  if (me.value !== null && mustFirst(me.value) !== null) {
    location.assign('/desk/#/account');  // a first password is changed there
    return false;
  }
  return to.path === '/' && me.value !== null ? firstPage(me.value) : true;
});

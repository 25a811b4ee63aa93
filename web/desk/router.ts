import { createRouter, createWebHashHistory } from 'vue-router';
import BatchPage from './pages/BatchPage.vue';
import BatchesPage from './pages/BatchesPage.vue';
import DemandsPage from './pages/DemandsPage.vue';
import RegionsPage from './pages/RegionsPage.vue';
import ResourcePage from './pages/ResourcePage.vue';
import ResourcesPage from './pages/ResourcesPage.vue';
import ResponsibilitiesPage from './pages/ResponsibilitiesPage.vue';
import UploadPage from './pages/UploadPage.vue';

// Hash addresses: the hub serves plain files and need not know the desk's pages.
export const router = createRouter({
  history: createWebHashHistory('/desk/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', redirect: '/resources' },
    { path: '/resources', component: ResourcesPage },
    { path: '/resources/:id', component: ResourcePage, props: true },
    { path: '/upload', component: UploadPage, props: (to) => ({ chosen: typeof to.query.resource === 'string' ? to.query.resource : null }) },
    { path: '/batches', component: BatchesPage },
    { path: '/batches/:id', component: BatchPage, props: true },
    { path: '/demands', component: DemandsPage },
    { path: '/responsibilities', component: ResponsibilitiesPage },
    { path: '/regions/:code?', component: RegionsPage, props: true },
    { path: '/:rest(.*)*', redirect: '/resources' },
  ],
});

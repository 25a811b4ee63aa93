import { createApp } from 'vue';
import { i18n } from '@shared/i18n';
import '@shared/base.css';
import { useVant } from './vant';
import './pocket.css';
import { router } from './router';
import { listenForInstall } from './install';
import { askForOthers } from './others';
import { startWorker } from './worker';
import App from './App.vue';

listenForInstall();
askForOthers();
const app = createApp(App).use(i18n).use(router);
useVant(app);
app.mount('#app');
startWorker();

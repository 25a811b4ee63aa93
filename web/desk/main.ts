import { createApp } from 'vue';
import { i18n } from '@shared/i18n';
import '@shared/base.css';
import '@shared/people';
import { useElement } from './element';
import './desk.css';
import { router } from './router';
import App from './App.vue';

const app = createApp(App).use(i18n).use(router);
useElement(app);
app.mount('#app');

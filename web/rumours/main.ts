import { createApp } from 'vue';
import { i18n } from '@shared/i18n';
import '@shared/base.css';
import './rumours.css';
import App from './App.vue';

createApp(App).use(i18n).mount('#app');

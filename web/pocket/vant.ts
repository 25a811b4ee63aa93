// The Vant components the phone page uses, each with its own style: nothing else is bundled. Fields are the platform's own (FormFields.vue):
// voice-over knows them, and the phone brings its keyboards and date wheels along. Styles are named one by one: those of icons would fetch a font
// from another site.
import type { App } from 'vue';
import { Button, Dialog, Loading, Locale, Popup, PullRefresh } from 'vant';
import enUS from 'vant/es/locale/lang/en-US';
import zhCN from 'vant/es/locale/lang/zh-CN';
import 'vant/es/style/base.css';
import 'vant/es/overlay/index.css';
import 'vant/es/popup/index.css';
import 'vant/es/loading/index.css';
import 'vant/es/button/index.css';
import 'vant/es/dialog/index.css';
import 'vant/es/pull-refresh/index.css';
import type { Language } from '@shared/language';

export function useVant(app: App): void {
  for (const component of [Button, Dialog, Loading, Popup, PullRefresh]) app.use(component);
}

export function vantSpeaks(language: Language): void {
  Locale.use(language === 'zh' ? 'zh-CN' : 'en-US', language === 'zh' ? zhCN : enUS);
}

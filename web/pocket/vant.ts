// The Vant components the phone page uses, each with its own style: nothing else is bundled. Fields are the platform's own (FormFields.vue):
// voice-over knows them, and the phone brings its keyboards and date wheels along.
import type { App } from 'vue';
import { Button, Dialog, Loading, Locale, Popup, PullRefresh } from 'vant';
import enUS from 'vant/es/locale/lang/en-US';
import zhCN from 'vant/es/locale/lang/zh-CN';
import 'vant/es/button/style';
import 'vant/es/dialog/style';
import 'vant/es/loading/style';
import 'vant/es/popup/style';
import 'vant/es/pull-refresh/style';
import type { Language } from '@shared/language';

export function useVant(app: App): void {
  for (const component of [Button, Dialog, Loading, Popup, PullRefresh]) app.use(component);
}

export function vantSpeaks(language: Language): void {
  Locale.use(language === 'zh' ? 'zh-CN' : 'en-US', language === 'zh' ? zhCN : enUS);
}

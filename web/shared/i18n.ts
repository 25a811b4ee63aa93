import { createI18n } from 'vue-i18n';
import { currentLanguage, keepLanguage, type Language } from './language';
import { messages } from './messages';

export const i18n = createI18n({
  legacy: false,
  locale: currentLanguage(),
  fallbackLocale: 'zh',
  messages,
  missingWarn: false,
  fallbackWarn: false,
});

function mark(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

if (typeof document !== 'undefined') mark(currentLanguage());

export function switchLanguage(language: Language): void {
  keepLanguage(language);
  i18n.global.locale.value = language;
  mark(language);
}

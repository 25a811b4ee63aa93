// The reader's language: chosen once, kept in this browser, else the browser's own.
export type Language = 'zh' | 'en';

const key = 'jingwei.language';
let current: Language | null = null;

export function pickLanguage(stored: string | null, browser: readonly string[]): Language {
  if (stored === 'zh' || stored === 'en') return stored;
  const first = browser.find((tag) => /^(zh|en)\b/i.test(tag));
  return first !== undefined && first.toLowerCase().startsWith('en') ? 'en' : 'zh';
}

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function currentLanguage(): Language {
  current ??= typeof navigator === 'undefined' ? 'zh' : pickLanguage(stored(), navigator.languages ?? []);
  return current;
}

export function keepLanguage(language: Language): void {
  current = language;
  try {
    localStorage.setItem(key, language);
  } catch {
    // Private browsing without storage: the choice lasts as long as the page.
  }
}

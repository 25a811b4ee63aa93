// Every sentence of the pages, by language: i18n/en.json and zh.json, and one file per part below i18n/en and i18n/zh,
// whose name is the first part of its keys.
import en from './i18n/en.json';
import zh from './i18n/zh.json';

type Tree = { [key: string]: string | Tree };

function parts(files: Record<string, Tree>): Record<string, Tree> {
  return Object.fromEntries(Object.entries(files).map(([path, tree]) => [path.replace(/^.*\/|\.json$/g, ''), tree]));
}

export const messages = {
  en: { ...en, ...parts(import.meta.glob<Tree>('./i18n/en/*.json', { eager: true, import: 'default' })) },
  zh: { ...zh, ...parts(import.meta.glob<Tree>('./i18n/zh/*.json', { eager: true, import: 'default' })) },
};

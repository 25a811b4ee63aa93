// Goal: every sentence stands in both languages, none is used that does not stand there, none sits in code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createI18n } from 'vue-i18n';
import { describe, expect, it } from 'vitest';
import { messages } from '../shared/messages';

const root = join(__dirname, '..');
const folders = ['cockpit', 'desk', 'pocket', 'api', 'shared'];

function flatten(tree: object, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value as object, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(vue|ts|css)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

const chinese = flatten(messages.zh);
const english = flatten(messages.en);
const files = folders.flatMap(sources).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
// English tells one from many ("1 photo | {n} photos"); the form for many holds what the Chinese sentence does.
const forMany = (text: string): string => text.split(' | ').at(-1)!;
const han = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;
// Names that switch to the other language are written in that language.
const other_language = new Set(['common.languageOther', 'common.languageSwitch']);

describe('catalogues', () => {
  it('hold the same keys', () => expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort()));
  it('name every event of the audit log that the API tells of', () => {
    const description = JSON.parse(readFileSync(join(root, '../docs/api/openapi.json'), 'utf8')) as { paths: Record<string, Record<string, { 'x-audit'?: string }>> };
    const events = new Set(Object.values(description.paths).flatMap((path) => Object.values(path).map((operation) => operation['x-audit'] ?? 'none')));
    events.delete('none');
    expect(events.size).toBeGreaterThan(50);
    expect([...events].filter((event) => !english.has(`audit.event.${event}`) && !english.has(`audit.event.${event}.itself`))).toEqual([]);
  });
  it('hold the same placeholders', () => {
    for (const [key, text] of chinese) expect([key, placeholders(forMany(english.get(key) ?? ''))]).toEqual([key, placeholders(forMany(text))]);
  });
  it('tell one from many by their number', () => {
    for (const [key, text] of english) {
      const forms = text.split(' | ');
      if (forms.length > 1) expect([key, forms.length, placeholders(forms[0]).length < 2, placeholders(forms[1])]).toEqual([key, 2, true, ['{n}']]);
    }
    const { t } = createI18n({ legacy: false, locale: 'en', messages }).global;
    expect([1, 2].map((n) => t('pocket.photosAway', { n }))).toEqual(['1 photo, shown when there is a network.', '2 photos, shown when there is a network.']);
    expect([1, 0, 1200].map((n) => t('notices.people', { n: n.toLocaleString('en') }, n))).toEqual(['1 person', '0 people', '1,200 people']);
  });
  it('leave nothing empty', () => {
    for (const [key, text] of [...chinese, ...english]) expect([key, text.trim() !== '']).toEqual([key, true]);
  });
  it('are written in their own language', () => {
    for (const [key, text] of english) if (!other_language.has(key)) expect([key, han.test(text)]).toEqual([key, false]);
  });
});

describe('pages', () => {
  const literal = new Set(files.flatMap(({ text }) => [...text.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1])));
  // Keys named as a choice or built from a value: t(`desk.${state}`) uses every key under the fixed part before ${.
  const quoted = new Set(files.flatMap(({ text }) => [...text.matchAll(/['"]((?:common|cockpit|desk|api)\.[\w.]+)['"]/g)].map((match) => match[1])));
  const built = new Set(files.flatMap(({ text }) => [...text.matchAll(/`([\w.]+)\.\$\{/g)].map((match) => match[1])));

  it('use only keys that stand in the catalogues', () => {
    const unknown = [...literal, ...quoted].filter((key) => !chinese.has(key));
    expect(unknown).toEqual([]);
  });
  it('build keys only from groups that stand there', () => {
    const groups = new Set([...chinese.keys()].flatMap((key) => key.split('.').slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join('.'))));
    expect([...built].filter((group) => !groups.has(group) && group !== 'desk')).toEqual([]);
  });
  it('hold no Chinese text of their own', () => {
    const found = files.flatMap(({ path, text }) => text.split('\n').flatMap((line, index) => (han.test(line) ? [`${path}:${index + 1}`] : [])));
    expect(found).toEqual([]);
  });
  it('ask no server but their own', () => {
    const found = files.flatMap(({ path, text }) => (/https?:\/\/(?!www\.w3\.org)/.test(text) ? [path] : []));
    expect(found).toEqual([]);
  });
});

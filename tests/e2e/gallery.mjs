// Goal: every page that packages bring stands on the desk and on the phone, wide and narrow, in both languages, with nothing running over or left in
// the other language, and can be heard. With JINGWEI_SHOTS each is a picture, wide and narrow in both languages:
// service-<package>-<page>-<width>[-en].png; without, each is looked at narrow in Chinese and wide in English.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { as, ask, open, shoot, sizes, until } from './browser.mjs';
import { mustBeUsable } from './pocket.mjs';

const scenarios = new URL('../../scenarios/', import.meta.url);
// What the packages declare, by reading their files as text: an id and where it stands.
const declared = readdirSync(scenarios).flatMap((name) => {
  let text;
  try {
    text = readFileSync(new URL(`${name}/pages.yaml`, scenarios), 'utf8');
  } catch {
    return [];
  }
  return [...text.matchAll(/\bid: ([a-z-]+)[\s\S]*?\bfor: (desk|pocket)/g)].map(([, id, on]) => ({ id, on }));
});
const readers = ['leader', 'street', 'community', 'grid', 'dispatch', 'handler'];
const pictured = (process.env.JINGWEI_SHOTS ?? '') !== '';
const looks = pictured ? { zh: [sizes.desk, sizes.phone], en: [sizes.desk, sizes.phone] } : { zh: [sizes.phone], en: [sizes.desk] };

const addressOf = (on, tile) => {
  if (on === 'pocket') return tile.kind === 'form' ? `/pocket/#/report/${tile.process}` : `/pocket/#/pages/${tile.id}`;
  if (tile.resource !== '') return `/desk/#/resources/${tile.resource}`;
  return tile.kind === 'form' ? `/desk/#/processes/${tile.process}/new` : `/desk/#/inbox/${tile.id}`;
};

// Each declared page with the first demo account that is given it.
async function pagesOf(on) {
  const found = new Map();
  for (const login of readers) {
    for (const tile of (await ask(`/pages?on=${on}`, { as: login })).items) if (!found.has(tile.id)) found.set(tile.id, { on, login, name: `${tile.package}-${tile.id}`, path: addressOf(on, tile), tile });
  }
  return found;
}

// A case of each process, the page it stands on, and on the phone the entry from a paper list.
async function furtherPages() {
  const found = [];
  for (const process of (await ask('/processes', { as: 'street' })).items) {
    const name = `${process.package}-${process.id}`;
    found.push({ on: 'pocket', login: 'grid', name: `${name}-paper-list`, path: `/pocket/#/list/${process.id}` });
    for (const login of readers) {
      const [one] = (await ask(`/cases?process=${process.id}&limit=1`, { as: login }).catch(() => ({ items: [] }))).items;
      if (one === undefined) continue;
      for (const on of ['desk', 'pocket']) found.push({ on, login, name: `${name}-case`, path: `/${on}/#/cases/${one.id}`, case_id: one.id });
      break;
    }
  }
  // Notices and the day's lists, which stand beside the packages.
  for (const [login, path] of [['leader', '/desk/#/notices'], ['leader', '/desk/#/notices/new'], ['street', '/desk/#/inbox'], ['dispatch', '/desk/#/duties'], ['leader', '/desk/#/calendar'], ['grid', '/pocket/#/today'], ['grid', '/pocket/#/outbox'], ['grid', '/pocket/#/notices'], ['grid', '/pocket/#/me'], ['grid', '/pocket/#/mine'], ['community', '/pocket/#/report'], ['volunteer', '/pocket/#/tasks']]) {
    const [, on, name] = /^\/(\w+)\/#\/(.*)$/.exec(path);
    found.push({ on, login, name: name.replace('/', '-'), path });
  }
  const [sent] = (await ask('/notices?limit=1', { as: 'leader' })).items;
  if (sent !== undefined) found.push({ on: 'desk', login: 'leader', name: 'notice-sent', path: `/desk/#/notices/${sent.id}` });
  return found;
}

// Its heading is there, something below it, and nothing is being read.
const settled = (page) => until(page, () => {
  const heading = document.querySelector('h1')?.textContent.trim() ?? '';
  const below = [...document.querySelectorAll('main')].map((one) => one.textContent.trim()).join('').replace(heading, '');
  return heading !== '' && below !== '' && document.querySelectorAll('.el-skeleton, .van-loading, .el-loading-mask').length === 0;
});

// Drawers and menus have moved to where they go.
const atRest = (page) => page.evaluate(() => Promise.all(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).map((one) => one.finished.catch(() => {}))));

// What is seen of an element but cut off at the window's edge, or of a word in its own box.
const cut = (page) => page.evaluate(() => {
  // The head of a table moves with its body, which scrolls.
  const scrolls = (one) => { if (one.closest('.el-table__header-wrapper') !== null) return true; for (let at = one.parentElement; at !== null; at = at.parentElement) if (/(auto|scroll)/.test(getComputedStyle(at).overflowX)) return true; return false; };
  const shown = (one) => one.checkVisibility() && one.getClientRects().length > 0;
  const told = (one) => `${one.tagName.toLowerCase()}.${[...one.classList].join('.')} "${one.textContent.trim().slice(0, 30)}"`;
  return [...document.querySelectorAll('main *, nav *, header *')].filter(shown).filter((one) => {
    const box = one.getBoundingClientRect();
    if ((box.right > innerWidth + 1 || box.left < -1) && box.width > 1 && !scrolls(one)) return true;
    const style = getComputedStyle(one);
    const words = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '');
    return words && style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis' && one.scrollWidth > one.clientWidth + 1 && box.width > 1 && !one.classList.contains('visually-hidden');
  }).map(told).slice(0, 5);
});

// Words of the page itself in the other language. What people and the city are called and have written is theirs.
const foreign = (page, language) => page.evaluate((wanted) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const at = node.parentElement;
    if (at === null || !at.checkVisibility() || at.closest('script, style, svg, textarea, code, [data-test=language]') !== null) continue;
    const text = node.textContent.trim();
    const wrong = wanted === 'zh' ? /[A-Za-z]{3,}\s+[A-Za-z]{2,}/.test(text) : /\p{Script=Han}/u.test(text) && at.closest('label, legend, th, button:not([data-test=hit]), h2, h3, nav, .el-tabs, .tag') !== null && at.closest('.who, .account, [data-own-words], [data-test=progress], [data-test=records] tbody') === null;
    if (wrong) found.push(`${at.tagName.toLowerCase()}.${[...at.classList].join('.')}: ${text.slice(0, 60)}`);
  }
  return found.slice(0, 5);
}, language);

export async function galleryTests({ context, system, test }) {
  if (!system.synthetic) return;
  const desk = await pagesOf('desk'), pocket = await pagesOf('pocket');

  await test('every page that a package declares is given to somebody', async () => {
    assert.ok(declared.length >= 40, `${declared.length} pages are declared`);
    assert.deepEqual(declared.filter(({ id, on }) => !(on === 'desk' ? desk : pocket).has(id)).map((one) => one.id), []);
  });

  const all = [...desk.values(), ...pocket.values(), ...(await furtherPages())];
  for (const one of all) {
    await test(`a package’s page: ${one.name} (${one.on})`, async () => {
      await as(context, one.login);
      const told = [];
      for (const language of ['zh', 'en']) {
        const page = await open(context, one.path, { prepare: (fresh) => fresh.addInitScript((chosen) => localStorage.setItem('jingwei.language', chosen), language) });
        for (const size of looks[language]) {
          await page.setViewportSize(size);
          await settled(page);
          await atRest(page);
          await shoot(page, `service-${one.name}-${one.on}-${size.width}${language === 'en' ? '-en' : ''}`, true);
          const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          if (content > window_) told.push(`${language} ${size.width}: ${content} px wide`);
          told.push(...(await cut(page)).map((what) => `${language} ${size.width}: cut off: ${what}`), ...(await foreign(page, language)).map((what) => `${language} ${size.width}: other language: ${what}`));
          if (language === 'zh' || (pictured && one.on === 'pocket')) await mustBeUsable(page, one.name, { touch: one.on === 'pocket' }).catch((cause) => told.push(`${language} ${size.width}: ${cause.message.split('\n').slice(0, 12).join(' ')}`));
        }
        await page.evaluate(() => localStorage.removeItem('jingwei.language'));
        await page.close();
      }
      assert.deepEqual(told, []);
    });
  }
}

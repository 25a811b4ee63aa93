// Goal: a grid event goes its whole way through phone and desk: a resident reports, staff accept and dispatch, a grid worker handles it without
// network, somebody else verifies, the reporter judges. Nothing is lost, nothing is done twice, and every page can be heard, touched and read large.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { as, ask, base, member, open, password, shoot, sizes, soon, tokenOf, until } from './browser.mjs';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const json = { 'Content-Type': 'application/json' };
const process_id = 'grid-event';
const least_px = 48;
// Refused connections and sessions are what these tests provoke.
const excused = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 4\d\d|net::ERR/;
const phone = (path) => [path, { size: sizes.phone, excused }];

// A picture the page can draw anew: one of the project's own.
const picture = { name: 'street.png', mimeType: 'image/png', buffer: readFileSync(new URL('../../web/public/pocket/icon-192.png', import.meta.url)) };

// What a page must hold for people who hear it, touch it, or read it large.
// `within`: only what this selector finds.
export async function mustBeUsable(page, name, { touch = true, within } = {}) {
  await page.waitForTimeout(400);  // movements come to rest
  await page.evaluate(axe);
  const found = await page.evaluate((part) => globalThis.axe.run(part ?? document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }), within ?? null);
  assert.deepEqual(found.violations.map((one) => `${name}: ${one.id} ${one.nodes[0].target} ${one.nodes[0].failureSummary}`), []);
  const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window_, `${name}: ${content} px wide in a window of ${window_}`);
  if (!touch) return;
  const low = await page.evaluate((least) => [...document.querySelectorAll('button, a, select, textarea, input:not([type=radio]):not([type=checkbox]):not([type=file])')]
    .filter((one) => one.offsetParent !== null && one.getBoundingClientRect().height < least - 0.5).map((one) => one.outerHTML.slice(0, 120)), least_px);
  assert.deepEqual(low, [], `${name}: lower than ${least_px} px`);
}

const post = (path, login, body, key) => ask(path, { as: login, method: 'POST', headers: { ...json, ...(key ? { 'Idempotency-Key': key } : {}) }, body: JSON.stringify(body) });
const one = (id, login) => ask(`/cases/${id}`, { as: login });
// A step by API, on the case as it stands.
async function step(id, login, action, inputs = {}) {
  const { case: now } = await one(id, login);
  return post(`/cases/${id}/actions`, login, { action, version: now.version, inputs });
}

// A step on the desk's page of a case, until the case stands where it leads.
async function deskStep(context, login, id, action, state) {
  await as(context, login);
  const page = await open(context, `/desk/#/cases/${id}`, { excused });
  await page.locator(`[data-test=action-${action}]`).click();
  await page.locator('[data-test=action-send]').click();
  await page.locator('[data-test=action-form]').waitFor({ state: 'detached' });
  await page.locator(`[data-test=case-head][data-state=${state}]`).waitFor();
  await page.close();
}

// The grid of the demo's grid worker, with its middle, and both of them on the roster.
async function stage() {
  const me = await ask('/me', { as: 'grid' });
  const grid = await ask(`/regions/${me.grants[0].region}`, { as: 'grid' });
  const community = await ask('/me', { as: 'community' });
  const under = await ask(`/duties?under=${grid.code}&duty=grid-worker`, { as: 'community' }).catch(() => ({ items: [] }));
  if (!under.items.some((each) => each.person.account === me.actor)) await post('/duties', 'community', { duty: 'grid-worker', region: grid.code, person: me.actor });
  return { me, grid, community, point: { longitude: grid.center?.[0] ?? null, latitude: grid.center?.[1] ?? null } };
}

const fields = (words, grid) => ({ category: 'other', urgency: 'usual', description: words, grid });

// A case that stands with the grid worker.
async function given(grid, words, point = {}) {
  const made = await post(`/processes/${process_id}/cases`, 'community', { form: fields(words, grid), ...(point.longitude ? point : {}) });
  const id = made.case.id;
  await step(id, 'community', 'accept');
  await step(id, 'community', 'file');
  await step(id, 'dispatch', 'dispatch');
  return id;
}

async function toPhone(context, login, path = '/pocket/', size = sizes.phone) {
  await as(context, login);
  const page = await open(context, path, { size, excused });
  await page.locator('[data-test=title]').waitFor();
  return page;
}
const taken = (page) => page.locator('[data-test=taken]', { hasText: /\d/ }).waitFor();
const rowsLeft = (page) => page.evaluate(() => new Promise((resolve) => {
  const opening = indexedDB.open('jingwei-pocket');
  opening.onsuccess = () => {
    const transaction = opening.result.transaction(['shift', 'sealed']);
    const [shift, sealed] = ['shift', 'sealed'].map((name) => transaction.objectStore(name).count());
    transaction.oncomplete = () => { opening.result.close(); resolve([shift.result, sealed.result]); };
  };
}));

async function signInAsResident(page, number) {
  const outbox = join(process.env.JINGWEI_E2E_DATA, 'outbox/texts.jsonl');
  await page.locator('[data-test=way-resident]').click();
  await page.locator('[data-test=phone]').fill(number);
  await page.locator('[data-test=send-code]').click();
  const text = await soon(`a code for ${number}`, () => (existsSync(outbox) ? readFileSync(outbox, 'utf8') : '').split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line)).findLast((each) => each.to === number)?.text);
  await page.locator('[data-test=phone-code]').fill(/\d{6}/.exec(text)[0]);
  await page.locator('[data-test=submit]').click();
}

async function fillReport(page, { category, urgency, words }) {
  await page.locator('[data-test=report]').waitFor();
  await choose(page, 'category', category);
  await choose(page, 'urgency', urgency);
  await page.locator('#field-description').fill(words);
}
async function choose(page, field, value) {
  const chip = page.locator(`[data-field=${field}] input[value="${value}"]`);
  if ((await chip.count()) > 0) await chip.check();
  else await page.locator(`#field-${field}`).selectOption(value);
}

// The demo city has the process these tests follow: without it none of them says anything, which is a failure and no reason to skip.
export async function mustHaveProcess(system, test) {
  if (!system.synthetic) return;
  await test(`the demo city has the process ${process_id}`, async () => {
    const { items } = await ask('/processes', { as: 'grid' });
    assert.ok(items.some((each) => each.id === process_id), items.map((each) => each.id).join());
  }, { core: true });
}

export async function pocketTests({ context, system, test, skip }) {
  await mustHaveProcess(system, test);
  await test('the phone page can be installed', async () => {
    for (const language of ['zh', 'en']) {
      const answer = await fetch(`${base}/pocket/manifest.${language}.webmanifest`);
      assert.match(answer.headers.get('content-type'), /manifest\+json/);
      const manifest = await answer.json();
      assert.equal(manifest.start_url, '/pocket/');
      assert.equal(manifest.display, 'standalone');
      for (const icon of manifest.icons) assert.match((await fetch(base + icon.src)).headers.get('content-type'), /image\/png/);
    }
    const worker = await (await fetch(`${base}/pocket/sw.js`)).text();
    const files = JSON.parse(/const files = (\[.*\]);/.exec(worker)[1]);
    for (const file of files) assert.equal((await fetch(base + file)).status, 200, file);
  });

  const known = system.synthetic ? await ask('/processes', { as: 'grid' }) : { items: [] };
  if (!known.items.some((each) => each.id === process_id)) {
    if (!system.synthetic) await test('the phone page', async () => skip('this hub holds no synthetic city'), { core: true });
    return;
  }
  const here = await stage();
  const stamp = Date.now() % 1_000_000;
  const place = here.point.longitude === null ? null : { longitude: here.point.longitude, latitude: here.point.latitude };
  if (place) {
    await context.grantPermissions(['geolocation'], { origin: base });
    await context.setGeolocation(place);
  }
  const story = {};

  await test('a resident reports with a picture and a place, and finds it among their own', async () => {
    if (!process.env.JINGWEI_E2E_DATA) skip('the data folder of the hub is not known');
    await context.clearCookies();
    const page = await open(context, ...phone('/pocket/'));
    await page.locator('[data-test=sign-in]').waitFor();
    await mustBeUsable(page, 'sign-in');
    await shoot(page, 'pocket-sign-in');
    story.number = `138${String(Date.now() % 100_000_000).padStart(8, '0')}`;
    await signInAsResident(page, story.number);
    await page.locator(`[data-test="service-${process_id}"]`).waitFor();
    await mustBeUsable(page, 'services');
    await shoot(page, 'pocket-services', true);
    await page.locator(`[data-test="service-${process_id}"]`).click();
    await page.locator('[data-test=send]').click();
    await page.locator('.trouble').first().waitFor();
    await mustBeUsable(page, 'report');
    await fillReport(page, { category: 'dispute', urgency: 'usual', words: `楼道堆物 ${stamp}` });
    await page.locator('[data-test=photo-file]').setInputFiles(picture);
    await page.locator('.pictures img').waitFor();
    if (place) {
      await page.locator('[data-test=place-here]').click();
      await page.locator('[data-test=place-told]').waitFor();
    }
    await shoot(page, 'pocket-report', true);
    await page.locator('[data-test=send]').click();
    await page.locator('[data-test=reported][data-waiting=false]').waitFor();
    await shoot(page, 'pocket-reported');
    // The next report begins empty, also after the page was left.
    await page.locator('[data-test=another]').click();
    await page.locator('[data-test=report]').waitFor();
    assert.equal(await page.locator('[data-test=place-told]').count(), 0, 'the place of the one before');
    await page.reload();
    await page.locator('[data-test=report]').waitFor();
    assert.equal(await page.locator('#field-description').inputValue(), '', 'words of the one before');
    await page.goto(`${base}/pocket/#/mine`);
    const mine = page.locator('[data-test=case]', { hasText: String(stamp) });
    await mine.waitFor();
    assert.equal(await mine.count(), 1);
    story.id = await mine.getAttribute('data-case');
    await mustBeUsable(page, 'mine');
    await shoot(page, 'pocket-mine');
    await mine.locator('a').first().click();
    await page.locator('[data-test=case-head][data-state=reported]').waitFor();
    await page.locator('.pictures img').waitFor();
    assert.equal(await page.locator('[data-test=actions]').count(), 0, 'a reporter has nothing to do yet');
    await mustBeUsable(page, 'case');
    await shoot(page, 'pocket-case', true);
    story.cookies = await context.cookies();
    await page.close();
  }, { core: true });

  await test('staff accept and file it at the desk, and the dispatcher sends it to the grid', async () => {
    if (!story.id) skip('nobody reported');
    await as(context, 'community');
    const page = await open(context, `/desk/#/cases/${story.id}`, { excused });
    for (const action of ['accept', 'file']) {
      await page.locator(`[data-test=action-${action}]`).click();
      await page.locator('[data-test=action-send]').click();
      await page.locator('[data-test=action-form]').waitFor({ state: 'detached' });
    }
    await page.locator('[data-test=case-head][data-state=filed]').waitFor();
    assert.equal(await page.locator('[data-test=action-dispatch]').count(), 0, 'only what one may do is offered');
    await shoot(page, 'desk-case', true);
    await page.close();
    await as(context, 'dispatch');
    const board = await open(context, `/desk/#/processes/${process_id}/board`, { excused });
    const card = board.locator(`[data-state=filed] [data-case="${story.id}"]`);
    await card.waitFor();
    await shoot(board, 'desk-board');
    await card.dragTo(board.locator('section[data-state=dispatched]'));
    await board.locator('[data-test=action-send]').click();
    await board.locator(`section[data-state=dispatched] [data-case="${story.id}"]`).waitFor();
    await board.close();
    const { case: now } = await one(story.id, 'dispatch');
    assert.equal(now.assignee?.account, here.me.actor, 'who is on duty in the grid has it');
  }, { core: true });

  await test('a volunteer takes what is offered, gives it back and does it, and sees nothing of the case', async () => {
    const title = `帮忙看着路口 ${stamp}`;
    const region = (await ask('/me', { as: 'grid' })).grants[0].region;
    await ask(`/cases/${story.id}/tasks`, { as: 'dispatch', method: 'POST', headers: json, body: JSON.stringify({ title, region, role: 'volunteer', hours: 4 }) });
    const page = await toPhone(context, 'volunteer', '/pocket/#/tasks');
    const mine = page.locator('[data-test=tasks-mine] [data-test=task]', { hasText: title }), offered = page.locator('[data-test=tasks-offered] [data-test=task]', { hasText: title });
    await offered.locator('[data-test=task-take]').click();
    await mine.waitFor();
    await mustBeUsable(page, 'tasks');
    await shoot(page, 'pocket-tasks', true);
    await mine.locator('[data-test=task-back]').click();
    await mine.locator('[data-test=task-words]').fill('临时有事');
    await mine.locator('[data-test=task-send]').click();
    await offered.locator('[data-test=task-take]').click();
    await mine.locator('[data-test=task-done]').click();
    await mine.locator('[data-test=task-words]').fill('看好了');
    await mine.locator('[data-test=task-send]').click();
    await page.locator('[data-test=task-noted]', { hasText: title }).waitFor();
    await mine.waitFor({ state: 'detached' });
    const { tasks } = await ask(`/cases/${story.id}`, { as: 'dispatch' });
    assert.deepEqual(tasks.filter((one) => one.title === title).map((one) => [one.state, one.words]), [['done', '看好了']]);
    await assert.rejects(() => ask(`/cases/${story.id}`, { as: 'volunteer' }), /HTTP 404/, 'a task opens no case');
    await page.close();
  });

  await test('a grid worker handles a day without network, and everything reaches the hub once', async () => {
    const [first, lost] = [story.id ?? await given(here.grid.code, `井盖松动 ${stamp}`, here.point), await given(here.grid.code, `别人先办 ${stamp}`, here.point)];
    const page = await toPhone(context, 'grid');
    await page.locator(`[data-case="${first}"]`).waitFor();
    await taken(page);
    await until(page, () => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true));
    await mustBeUsable(page, 'today');
    await shoot(page, 'pocket-today');
    await context.setOffline(true);
    try {
      await page.reload();
      await page.locator(`[data-case="${first}"]`).waitFor();
      await page.locator('[data-test=sync][data-state^=offline]').waitFor();
      await shoot(page, 'pocket-offline');

      // Two steps on one case, the second on what the first will have made.
      await page.goto(`${base}/pocket/#/cases/${first}`);
      await page.locator('[data-test=action-take]').click();
      await until(page, () => document.activeElement?.getAttribute('data-test') === 'step-title');
      await page.locator('[data-test=step-send]').click();
      await page.locator('[data-test=pending]').waitFor();
      await page.locator('[data-test=action-feed-back]').click();
      await page.locator('#step-result').fill('已与住户清理完毕');
      await page.locator('[data-test=step-sheet] [data-test=photo-file]').setInputFiles(picture);
      await page.locator('[data-test=step-sheet] .pictures img').waitFor();
      await mustBeUsable(page, 'step');
      await shoot(page, 'pocket-step');
      await page.locator('[data-test=step-send]').click();
      await page.locator('[data-test=step-sheet]').waitFor({ state: 'hidden' });

      // One that somebody else takes meanwhile.
      await page.goto(`${base}/pocket/#/cases/${lost}`);
      await page.locator('[data-test=action-take]').click();
      await page.locator('[data-test=step-words]').fill('我已到现场');
      await page.locator('[data-test=step-send]').click();
      await page.locator('[data-test=pending]').waitFor();
      const { case: now } = await one(lost, 'dispatch');
      await post(`/cases/${lost}/hand-overs`, 'dispatch', { version: now.version, department: 'grid-centre', region: here.community.grants[0].region, reason: '改由社区直接处理' });

      // A report for somebody without a phone.
      await page.goto(`${base}/pocket/#/report/${process_id}`);
      await fillReport(page, { category: 'other', urgency: 'usual', words: `代报：水管漏水 ${stamp}` });
      await page.locator('[data-test=behalf]').check();
      await page.locator('[data-test=behalf-name]').fill('赵奶奶');
      await page.locator('[data-test=send]').click();
      await page.locator('[data-test=reported]').waitFor();
      await shoot(page, 'pocket-kept');

      // The phone is put away and taken out again.
      await page.goto('about:blank');
      await page.goto(`${base}/pocket/#/outbox`);
      await page.locator('[data-test=waiting]').nth(3).waitFor();
      assert.equal(await page.locator('[data-test=waiting]').count(), 4);
      await mustBeUsable(page, 'outbox');
      await shoot(page, 'pocket-outbox', true);
      assert.equal((await one(first, 'dispatch')).case.state, 'dispatched', 'nothing has reached the hub');
    } finally {
      await context.setOffline(false);
    }
    await page.locator('[data-test=conflict]').waitFor({ timeout: 60_000 });
    await page.locator('[data-test=waiting]').first().waitFor({ state: 'detached', timeout: 60_000 });
    assert.equal(await page.locator('[data-test=conflict]').count(), 1, 'only what somebody else was quicker with');
    assert.match(await page.locator('[data-test=why]').innerText(), /\S/);
    await page.locator('[data-test=theirs]').waitFor();
    await mustBeUsable(page, 'conflict');
    await shoot(page, 'pocket-conflict', true);

    const handled = await one(first, 'dispatch');
    assert.equal(handled.case.state, 'fed-back');
    const acts = handled.steps.filter((each) => each.actor.account === here.me.actor && each.kind === 'act').map((each) => each.action);
    assert.deepEqual(acts, ['take', 'feed-back'], 'each once and in order');
    assert.equal(handled.photos.length, story.id ? 2 : 1);
    const mine = (await ask('/own-cases?limit=200', { as: 'grid' })).items.filter((each) => each.summary.includes(`代报：水管漏水 ${stamp}`));
    assert.equal(mine.length, 1, 'reported once');
    assert.match((await one(mine[0].id, 'grid')).in_name_of, /\S/);

    // Given up on purpose, after being asked.
    await page.locator('[data-test=conflict] [data-test=drop]').click();
    await page.locator('.van-dialog__cancel').click();
    assert.equal(await page.locator('[data-test=conflict]').count(), 1, 'kept where one is not sure');
    await page.locator('[data-test=conflict] [data-test=drop]').click();
    await page.locator('.van-dialog__confirm').click();
    await page.locator('[data-test=conflict]').waitFor({ state: 'detached' });
    assert.deepEqual((await ask('/case-conflicts', { as: 'grid' })).items, [], 'the hub knows it is settled');
    story.handled = first;
    await page.close();
  }, { core: true });

  await test('somebody else verifies it, it is closed, and the reporter judges and reopens it', async () => {
    if (!story.id || story.handled !== story.id) skip('it was not handled');
    await deskStep(context, 'dispatch', story.id, 'send-to-verify', 'verifying');
    await assert.rejects(() => step(story.id, 'grid', 'verify'), /HTTP 4/, 'who handled does not verify');
    await deskStep(context, 'community', story.id, 'verify', 'verified');
    await deskStep(context, 'dispatch', story.id, 'close', 'closed');
    await context.clearCookies();
    await context.addCookies(story.cookies);
    const page = await open(context, ...phone(`/pocket/#/cases/${story.id}`));
    await page.locator('[data-test=action-evaluate]').click();
    await page.locator('[data-field=score] input[value="5"]').check();
    await shoot(page, 'pocket-evaluate');
    await page.locator('[data-test=step-send]').click();
    await page.locator('[data-test=case-head][data-state=evaluated]').waitFor();
    await page.locator('[data-test=action-reopen]').click();
    await page.locator('#step-reason').fill('又堆回来了');
    await page.locator('[data-test=step-send]').click();
    await page.locator('[data-test=case-head][data-state=filed]').waitFor();
    await shoot(page, 'pocket-reopened', true);
    await page.close();
    const all = await one(story.id, 'dispatch');
    assert.equal(all.case.reopened, 1);
    assert.equal(all.case.score, 5);
  }, { core: true });

  await test('many rows of a paper list become cases in their people’s names', async () => {
    const page = await toPhone(context, 'grid', `/pocket/#/list/${process_id}`);
    await page.locator('[data-test=row-form]').waitFor();
    const category = page.locator('#common-category');
    if ((await category.count()) > 0) await category.selectOption('other');
    else await page.locator('[data-field=category] input[value=other]').check();
    for (const [turn, name] of ['钱大爷', '孙阿姨', '李师傅'].entries()) {
      await page.locator('[data-test=row-name]').fill(name);
      await page.locator('#row-description').fill(`名单第 ${turn + 1} 行 ${stamp}`);
      await page.locator('[data-test=row-add]').click();
      await page.locator('[data-test=row]').nth(turn).waitFor();
    }
    await mustBeUsable(page, 'list');
    await shoot(page, 'pocket-list', true);
    await page.locator('[data-test=list-send]').click();
    await page.locator('[data-test=outbox]').waitFor();
    await page.locator('[data-test=waiting]').first().waitFor({ state: 'detached', timeout: 60_000 });
    const made = (await ask('/own-cases?limit=200', { as: 'grid' })).items.filter((each) => new RegExp(`名单第 \\d 行 ${stamp}`).test(each.summary));
    assert.equal(made.length, 3);
    await page.close();
  });

  await test('the phone page reads large, in both languages, and at 320 px', async () => {
    const page = await toPhone(context, 'grid', '/pocket/#/me', { width: 320, height: 700 });
    await page.locator('[data-test=print-huge]').click();
    await mustBeUsable(page, 'me, huge');
    await shoot(page, 'pocket-me-huge', true);
    await page.goto(`${base}/pocket/#/today`);
    await page.locator('[data-test=today]').waitFor();
    await mustBeUsable(page, 'today, huge');
    await shoot(page, 'pocket-today-huge');
    await page.goto(`${base}/pocket/#/me`);
    await page.locator('[data-test=print-normal]').click();
    await page.locator('[data-test=language]').click();
    await until(page, () => document.documentElement.lang === 'en');
    await page.goto(`${base}/pocket/#/today`);
    await page.locator('[data-test=today]').waitFor();
    await mustBeUsable(page, 'today, English');
    await shoot(page, 'pocket-today-english');
    await page.goto(`${base}/pocket/#/me`);
    await page.locator('[data-test=language]').click();
    await until(page, () => document.documentElement.lang === 'zh-CN');
    await page.close();
  });

  await test('what a phone keeps goes at sign-out, and from a lost one when its session is ended', async () => {
    const login = await member(`lost-${stamp}`, { name: '丢手机', role: 'grid-worker', region: here.grid.code });
    const page = await toPhone(context, login);
    await page.locator('[data-test=today]').waitFor();
    await until(page, () => document.querySelector('[data-test=sync]') !== null);
    assert.equal((await rowsLeft(page))[0], 1);
    // Ended from elsewhere: with the next contact everything is gone.
    const token = await tokenOf(login);
    const { items } = await fetch(`${base}/api/v1/me/sessions`, { headers: { Authorization: `Bearer ${token}` } }).then((answer) => answer.json());
    const current = items.find((each) => each.current);
    const account = (await fetch(`${base}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } }).then((answer) => answer.json())).account;
    await ask(`/accounts/${account}/tokens/${current.id}`, { as: 'security', method: 'DELETE' });
    await page.reload();
    await page.locator('[data-test=wiped]').waitFor();
    assert.deepEqual(await rowsLeft(page), [0, 0]);
    await shoot(page, 'pocket-wiped');
    // Signed in anew and out again: gone as well.
    await page.locator('[data-test=login]').fill(login);
    await page.locator('[data-test=password]').fill(password);
    await page.locator('[data-test=submit]').click();
    await page.locator('[data-test=today]').waitFor();
    assert.equal((await rowsLeft(page))[0], 1);
    await page.goto(`${base}/pocket/#/me`);
    await page.locator('[data-test=sign-out]').click();
    await page.locator('[data-test=sign-in]').waitFor();
    assert.deepEqual(await rowsLeft(page), [0, 0]);
    await page.close();
  }, { core: true });

  await test('who signs out without network is signed out for good, and at the desk the phone’s shift ends too', async () => {
    const login = await member(`leaving-${stamp}`, { name: '换班', role: 'grid-worker', region: here.grid.code });
    const page = await toPhone(context, login);
    await taken(page);
    await until(page, () => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true));
    await page.goto(`${base}/pocket/#/me`);
    await page.locator('[data-test=sign-out]').waitFor();
    await context.setOffline(true);
    try {
      await page.locator('[data-test=sign-out]').click();
      await page.locator('[data-test=sign-in]').waitFor();
      assert.deepEqual(await rowsLeft(page), [0, 0]);
    } finally {
      await context.setOffline(false);
    }
    await page.goto(`${base}/pocket/#/today`);
    await soon('the end of the session', async () => (await context.request.get(`${base}/api/v1/me`)).status() === 401);
    await page.locator('[data-test=login]').fill(login);
    await page.locator('[data-test=password]').fill(password);
    await page.locator('[data-test=submit]').click();
    await page.locator('[data-test=today]').waitFor();
    assert.equal((await rowsLeft(page))[0], 1);
    await page.goto(`${base}/desk/#/account`);
    await page.locator('[data-test=who]').click();
    await page.locator('[data-test=sign-out]').click();
    await page.waitForURL(/#\/sign-in/);
    // The page is read anew meanwhile: a look into one that goes finds nothing.
    await soon('the end of the shift', () => rowsLeft(page).then((left) => left.join() === '0,0', () => false));
    await page.close();
  }, { core: true });
}

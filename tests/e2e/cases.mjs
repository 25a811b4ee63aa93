// Goal: staff find what waits for them, see a service as list, board and map, act on many at once and learn what became of each, and keep roster
// and calendar; all on pages that no line of code made for that service.
import assert from 'node:assert/strict';
import { as, ask, open, reload, shoot, sizes, soon, until } from './browser.mjs';
import { mustBeUsable, mustHaveProcess } from './pocket.mjs';

const process_id = 'grid-event';
const json = { 'Content-Type': 'application/json' };
const excused = /status of 4\d\d/;
const post = (path, login, body) => ask(path, { as: login, method: 'POST', headers: json, body: JSON.stringify(body) });

export async function caseTests({ context, system, test, skip }) {
  await mustHaveProcess(system, test);
  const known = system.synthetic ? await ask('/processes', { as: 'community' }) : { items: [] };
  if (!known.items.some((one) => one.id === process_id)) {
    if (!system.synthetic) await test('cases on the desk', async () => skip('this hub holds no synthetic city'), { core: true });
    return;
  }
  const stamp = Date.now() % 1_000_000;
  const grid = (await ask('/me', { as: 'grid' })).grants[0].region;
  const make = (words, category = 'other') => post(`/processes/${process_id}/cases`, 'community', { form: { category, urgency: 'usual', description: `${words} ${stamp}`, grid } }).then((made) => made.case);

  await test('the inbox shows what waits for one’s role, and its number', async () => {
    const made = await make('待受理');
    await as(context, 'community');
    const page = await open(context, '/desk/#/inbox', { excused });
    await page.locator(`[data-test=case][data-case="${made.id}"]`).waitFor();
    await soon('the number beside it', async () => {
      const { mine, role } = await ask('/inbox/count', { as: 'community' });
      return Number((await page.locator('[data-test=count-all] b').innerText()).replace(/\D/g, '')) === mine + role;
    });
    await mustBeUsable(page, 'work', { touch: false });
    await shoot(page, 'desk-work', true);
    await page.setViewportSize(sizes.phone);
    await mustBeUsable(page, 'work on a phone', { touch: false });
    await shoot(page, 'desk-work-phone', true);
    await page.close();
  }, { core: true });

  await test('a step on many at once tells for each what became of it', async () => {
    const [a, b, c] = [await make('批量一'), await make('批量二'), await make('批量三')];
    await as(context, 'community');
    const page = await open(context, `/desk/#/processes/${process_id}/list`, { excused });
    for (const one of [a, b, c]) await page.locator(`[data-case="${one.id}"] [data-test=choose]`).check();
    await post(`/cases/${c.id}/actions`, 'community', { action: 'accept', version: c.version });  // somebody is quicker with one
    await page.locator('[data-test=bulk-accept]').click();
    await page.locator('[data-test=bulk-send]').click();
    await page.locator('[data-test=bulk-result]').waitFor();
    const told = await page.locator('[data-test=bulk-item]').evaluateAll((all) => all.map((one) => one.classList.contains('bad')));
    assert.deepEqual(told.sort(), [false, false, true]);
    await mustBeUsable(page, 'list', { touch: false });
    await shoot(page, 'desk-bulk');
    for (const one of [a, b]) assert.equal((await ask(`/cases/${one.id}`, { as: 'community' })).case.state, 'accepted');
    await page.close();
  }, { core: true });

  await test('a list is cut by state and comes as a workbook', async () => {
    await as(context, 'community');
    const page = await open(context, `/desk/#/processes/${process_id}/list`, { excused });
    await page.locator('[data-test=case]').first().waitFor();
    await page.locator('[data-test=filter-state]').click();
    await page.locator('.el-select-dropdown__item:visible', { hasText: '待立案' }).click();
    await until(page, () => {
      const states = [...document.querySelectorAll('[data-test=case]')].map((one) => one.dataset.state);
      return states.length > 0 && states.every((state) => state === 'accepted');
    });
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('[data-test=excel]').click()]);
    assert.match(file.suggestedFilename(), /\.xlsx$/);
    await page.close();
  });

  await test('a case is merged, commented, given in part and handed over from its page', async () => {
    const [parent, twin] = [await make('同一处垃圾', 'rubbish'), await make('同一处垃圾又报', 'rubbish')];
    await as(context, 'community');
    const page = await open(context, `/desk/#/cases/${twin.id}`, { excused });
    await page.locator('[data-test=other-merge]').click();
    await page.locator(`[data-test=similar][value="${parent.id}"]`).check();
    await shoot(page, 'desk-merge');
    await page.locator('[data-test=other-send]').click();
    await page.locator('[data-test=case-head][data-state=merged]').waitFor();
    await page.goto(page.url().replace(twin.id, parent.id));
    await page.locator('[data-test=other-comment]').waitFor();
    assert.equal(await page.locator('[data-test=other-supervise]').count(), 0, 'nobody presses for their own case');
    // The street above does.
    await as(context, 'street');
    await reload(page);
    await page.locator('[data-test=other-supervise]').click();
    await page.locator('#other-words').fill('请当天办结');
    await page.locator('[data-test=other-send]').click();
    await page.locator('[data-test=step]', { hasText: '请当天办结' }).waitFor();
    await as(context, 'community');
    await reload(page);
    await page.locator('[data-test=other-comment]').click();
    await page.locator('#other-words').fill('已电话核实');
    await page.locator('[data-test=other-send]').click();
    await page.locator('[data-test=step]', { hasText: '已电话核实' }).waitFor();
    await mustBeUsable(page, 'case', { touch: false });
    await shoot(page, 'desk-case-steps', true);
    await page.setViewportSize(sizes.phone);
    await shoot(page, 'desk-case-phone', true);
    await page.close();
  });

  await test('two who act on one case at once: one effect, one polite sentence', async () => {
    const made = await make('两人同办');
    await as(context, 'community');
    const page = await open(context, `/desk/#/cases/${made.id}`, { excused });
    await page.locator('[data-test=action-accept]').click();
    await post(`/cases/${made.id}/actions`, 'street', { action: 'accept', version: made.version });
    await page.locator('[data-test=action-send]').click();
    await page.locator('[data-test=action-failure]').waitFor();
    await shoot(page, 'desk-conflict');
    const { steps } = await ask(`/cases/${made.id}`, { as: 'community' });
    assert.equal(steps.filter((one) => one.action === 'accept').length, 1);
    await page.close();
  }, { core: true });

  await test('board and map show the open cases of a service', async () => {
    await as(context, 'dispatch');
    const page = await open(context, `/desk/#/processes/${process_id}/board`, { excused });
    await page.locator('[data-test=board-card]').first().waitFor();
    await mustBeUsable(page, 'board', { touch: false });
    await page.goto(page.url().replace('/board', '/map'));
    await page.locator('[data-test=map-told]').waitFor();
    await page.locator('[data-test=map] svg').waitFor();
    await shoot(page, 'desk-map');
    await page.setViewportSize(sizes.phone);
    await mustBeUsable(page, 'map on a phone', { touch: false });
    await page.close();
  });

  await test('a case is opened from the desk’s form', async () => {
    await as(context, 'community');
    const page = await open(context, `/desk/#/processes/${process_id}/new`, { excused });
    await page.locator('[data-test=case-form]').waitFor();
    await page.locator('[data-test=case-send]').click();
    await page.locator('.el-form-item__error').first().waitFor();
    await page.locator('[data-field=category] .el-select__wrapper').click();
    await page.locator('.el-select-dropdown__item:visible').first().click();
    await page.locator('#form-description').fill(`桌面登记 ${stamp}`);
    await shoot(page, 'desk-new');
    await page.locator('[data-test=case-send]').click();
    await page.locator('[data-test=case-head][data-state=reported]').waitFor();
    await page.close();
  });

  await test('roster and calendar are kept on the desk', async () => {
    const worker = await ask('/me', { as: 'grid' });
    await post('/duties', 'community', { duty: 'grid-worker', region: grid, person: worker.actor });
    await as(context, 'community');
    const page = await open(context, '/desk/#/duties', { excused });
    await page.locator('[data-test=duty]').first().waitFor();
    await mustBeUsable(page, 'duties', { touch: false });
    await shoot(page, 'desk-duties');
    await page.goto(page.url().replace('duties', 'calendar'));
    await page.locator('[data-test=hours]').waitFor();
    await mustBeUsable(page, 'calendar', { touch: false });
    await shoot(page, 'desk-calendar', true);
    await page.close();
  });
}

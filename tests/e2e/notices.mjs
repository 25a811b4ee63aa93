// Goal: an order goes down, is read and answered on phones, and who has not answered is seen and reminded.
import assert from 'node:assert/strict';
import { as, ask, base, open, shoot, sizes } from './browser.mjs';
import { mustBeUsable } from './pocket.mjs';

const excused = /status of 4\d\d/;

export async function noticeTests({ context, system, test, skip }) {
  if (!system.synthetic) {
    await test('notices', async () => skip('this hub holds no synthetic city'), { core: true });
    return;
  }
  const stamp = Date.now() % 1_000_000;
  const title = `摸排用药需求 ${stamp}`;

  await test('an order is written to grid workers, and says how many it reaches before it is sent', async () => {
    await as(context, 'street');
    const page = await open(context, '/desk/#/notices/new', { excused });
    await page.locator('[data-test=notice-kind-order]').check();
    await page.locator('#notice-title').fill(title);
    await page.locator('#notice-body').fill('请今天下班前报送。');
    await page.locator('[data-test=question-add]').click();
    await page.locator('[data-test=question] input, input[data-test=question]').first().fill('需要代配药的人数');
    await page.locator('#audience-roles').click();
    await page.locator('.el-select-dropdown__item:visible', { hasText: /^网格员$/ }).click();
    await page.keyboard.press('Escape');
    await page.locator('[data-test=preview][data-people]').waitFor();
    await mustBeUsable(page, 'new notice', { touch: false });
    await shoot(page, 'desk-notice-new', true);
    assert.ok(Number(await page.locator('[data-test=preview]').getAttribute('data-people')) >= 1);
    await page.locator('[data-test=notice-send]').click();
    await page.locator('[data-test=receipt]').first().waitFor();
    await mustBeUsable(page, 'notice', { touch: false });
    await page.close();
  }, { core: true });

  await test('it is read and answered on the phone, and the desk sees it', async () => {
    await as(context, 'grid');
    const page = await open(context, '/pocket/#/notices', { size: sizes.phone, excused });
    await page.locator('[data-test=notice]', { hasText: title }).waitFor();
    await mustBeUsable(page, 'notices');
    await shoot(page, 'pocket-notices');
    await page.locator('[data-test=notice]', { hasText: title }).click();
    await page.locator('[data-test=answers]').waitFor();
    await page.locator('[data-test=answers]').locator('input, textarea').first().fill('12');
    await mustBeUsable(page, 'one notice');
    await shoot(page, 'pocket-notice');
    await page.locator('[data-test=answer-send]').click();
    await page.locator('[data-test=answered]').waitFor();
    assert.match(await page.locator('[data-test=given]').innerText(), /12/);
    assert.equal(await page.locator('[data-test=answers]').count(), 0, 'an answer is given once');
    await page.close();
    await as(context, 'street');
    const desk = await open(context, '/desk/#/notices', { excused });
    await mustBeUsable(desk, 'sent notices', { touch: false });
    await desk.locator('[data-test=notice]', { hasText: title }).locator('a').first().click();
    await desk.locator('[data-test=receipts-answered]').click();
    await desk.locator('[data-test=receipt]').first().waitFor();
    assert.match(await desk.locator('[data-test=receipt]').first().innerText(), /12/);
    await desk.locator('[data-test=remind]').click();
    await desk.locator('[data-test=told]').waitFor();
    await shoot(desk, 'desk-notice', true);
    assert.ok(desk.url().startsWith(base));
    await desk.close();
  }, { core: true });
}

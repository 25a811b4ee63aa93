// Goal: a street office sees whom a notice reaches before it is sent, a grid worker reads and answers on the page, the street
// sees who has not, and a rumour written by one and published by another stands before everybody.
import assert from 'node:assert/strict';
import { as, ask, open, shoot, sizes } from './browser.mjs';

const stamp = Date.now().toString(36);

async function fitsThePhone(page, name) {
  await page.setViewportSize(sizes.phone);
  await page.waitForTimeout(300);
  await shoot(page, name, true);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways`);
  await page.setViewportSize(sizes.desk);
}

export async function noticeTests({ context, test }) {
  await test('an order is composed with its audience counted, answered by a grid worker, and chased', async () => {
    await as(context, 'street');
    const page = await open(context, '/desk/#/notices/new');
    await page.locator('[data-test=notice-kind]').click();
    await page.locator('[data-value=order]:visible').click();
    await page.locator('[data-test=notice-title]').fill(`消毒 ${stamp}`);
    await page.locator('[data-test=notice-body]').fill('楼道与电梯');
    await page.locator('[data-test=notice-roles]').click();
    await page.locator('[data-value=grid-worker]:visible').click();
    await page.keyboard.press('Escape');
    await page.locator('[data-test=question-0]').fill('做完了吗');
    await page.locator('[data-test=notice-preview][data-people="1"]').waitFor();
    await shoot(page, 'desk-notice-compose', true);
    await fitsThePhone(page, 'phone-notice-compose');
    await page.locator('[data-test=notice-send]').click();
    await page.locator('[data-test=notice][data-state=sent]').waitFor();
    assert.equal(await page.locator('[data-test=count-all]').textContent(), '1');
    assert.equal(await page.locator('[data-test=receipt]').count(), 1);
    await shoot(page, 'desk-notice', true);
    await fitsThePhone(page, 'phone-notice');
    const address = page.url();
    await page.close();

    await as(context, 'grid');
    const worker = await open(context, '/desk/#/notices');
    const mine = worker.locator('[data-test=own-notice]', { hasText: stamp });
    await mine.locator('[data-test=own-notice-open]').click();
    await mine.locator('[data-test=answer-q1]').click();
    await worker.locator('.el-select-dropdown__item:visible').first().click();
    await shoot(worker, 'desk-notice-answer', true);
    await fitsThePhone(worker, 'phone-notice-answer');
    await mine.locator('[data-test=answer-send]').click();
    await mine.locator('dl').waitFor();
    await worker.close();

    await as(context, 'street');
    const again = await open(context, address.slice(address.indexOf('/desk/')));
    await again.locator('[data-test=count-answered]').waitFor();
    assert.equal(await again.locator('[data-test=count-answered]').textContent(), '1');
    await again.locator('[data-test=notice-remind]').click();
    await again.locator('[data-test=notice-said]').waitFor();
    await again.locator('[data-test=notice-end]').click();
    await again.locator('[data-test=notice][data-state=ended]').waitFor();
    await again.close();
  }, { core: true });

  await test('a rumour written by one and published by another stands before everybody', async () => {
    await as(context, 'street');
    const page = await open(context, '/desk/#/notices?tab=rumours');
    await page.locator('[data-test=rumour-write]').click();
    await page.locator('[data-test=rumour-claim]').fill(`喝白酒可以预防 ${stamp}`);
    await page.locator('[data-test=rumour-explanation]').fill('没有这样的作用。');
    await page.locator('[data-test=rumour-source]').fill('市疾控中心');
    await page.locator('[data-test=rumour-save]').click();
    await page.locator('[data-test=rumour][data-state=draft]', { hasText: stamp }).waitFor();
    await page.close();
    await as(context, 'leader');
    const leader = await open(context, '/desk/#/notices?tab=rumours');
    const draft = leader.locator('[data-test=rumour]', { hasText: stamp });
    await draft.locator('[data-test=rumour-publish]').click();
    await leader.locator('[data-test=rumour][data-state=published]', { hasText: stamp }).waitFor();
    await shoot(leader, 'desk-rumours', true);
    await leader.close();
    const everybody = await open(context, '/rumours/');
    await everybody.locator('[data-test=public-rumour]', { hasText: stamp }).waitFor();
    await shoot(everybody, 'public-rumours', true);
    await fitsThePhone(everybody, 'phone-public-rumours');
    await everybody.close();
    assert.ok((await ask('/rumours')).items.length > 0);
  }, { core: true });
}

// Goal: an auditor finds who looked at a record, sees the proof computed in the browser, and verifies the whole log.
import assert from 'node:assert/strict';
import { as, ask, member, open, shoot, sizes } from './browser.mjs';

export async function auditTests({ context, test, skip }) {
  await test('the audit log shows a read with its proof, and is verified as whole', async () => {
    const { items } = await ask('/resources/resident-register/records?limit=1', { as: 'police' });
    await ask(`/resources/resident-register/records/${items[0].id}`, { as: 'police' });
    await as(context, 'auditor');
    const page = await open(context, '/desk/#/audit');
    await page.locator('[data-test=filter-event]').fill('record.');
    await page.locator('[data-test=apply]').click();
    await page.locator('[data-test=entry][data-event="record.read"]').first().waitFor();
    assert.ok((await page.locator('[data-test=entry]').evaluateAll((all) => all.every((one) => one.dataset.event.startsWith('record.')))));
    await shoot(page, 'desk-audit');

    await page.locator('[data-test=entry][data-event="record.read"]').first().click();
    const facts = page.locator('[data-test=entry-facts]');
    await facts.waitFor();
    assert.match(await facts.innerText(), /person:[0-9a-f]{32}/);
    await page.keyboard.press('Escape');
    await facts.waitFor({ state: 'detached' });

    await page.locator('[data-test=filter-event]').fill('batch.upload');
    await page.locator('[data-test=apply]').click();
    await page.locator('[data-test=entry][data-event="batch.upload"]').last().click();
    await page.locator('[data-test=proof][data-state=proved]').waitFor();
    await shoot(page, 'desk-audit-proof');
    await page.keyboard.press('Escape');

    await page.locator('[data-test=verify]').click();
    await page.locator('[data-test=verification][data-state=done][data-whole=true]').waitFor();
    await shoot(page, 'desk-audit-verified');
    await page.close();
  }, { core: true });

  await test('on a phone an entry and its proof fit the screen', async () => {
    await as(context, 'auditor');
    const page = await open(context, '/desk/#/audit', { size: sizes.phone });
    await page.locator('[data-test=entry]').first().click();
    await page.locator('[data-test=proof]').waitFor();
    await page.waitForTimeout(400);
    const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= window_, `${content} px wide in a window of ${window_}`);
    await shoot(page, 'phone-audit-proof');
    await page.close();
  });

  await test('the words of an entry go when one asks and another carries it out', async () => {
    const second = await member(`auditor-${Date.now().toString(36)}`, { name: '复核 审计', role: 'audit-admin' });
    await as(context, 'auditor');
    const page = await open(context, '/desk/#/audit', { excused: /409/ });
    await page.locator('[data-test=entry]').last().click();
    await page.locator('[data-test=proof]').waitFor();
    const state = await page.locator('[data-test=proof]').getAttribute('data-state');
    if (state === 'waiting' || state === 'destroyed') skip(`the entry is ${state}`);
    await page.locator('[data-test=begin-destruction]').click();
    await page.locator('[data-test=destruction-order]').fill('令 2020-9');
    await page.locator('[data-test=destruction-reason]').fill('内容含姓名');
    await page.locator('[data-test=ask-destruction]').click();
    await page.locator('[data-test=destruction-asked]').waitFor();
    await shoot(page, 'audit-destruction-asked');
    await page.keyboard.press('Escape');
    const row = page.locator('[data-test=destruction-row][data-state=asked]').first();
    await row.waitFor();
    assert.equal(await row.locator('[data-test=carry-out]').count(), 0, 'not by whoever asked');
    await page.close();
    await as(context, second);
    const other = await open(context, '/desk/#/audit');
    await other.locator('[data-test=carry-out]').first().click();
    await other.locator('[data-test=destruction-row][data-state=done]').first().waitFor();
    await shoot(other, 'audit-destruction-done');
    await other.close();
  });

  await test('an order delays telling a person who looked at them, and everybody sees that there is one', async () => {
    const before = await ask('/audit/delays/count', { as: null });
    await as(context, 'auditor');
    const page = await open(context, '/desk/#/audit', { excused: /400/ });
    await page.locator('[data-test=audit-orders] summary').last().click();
    await page.locator('[data-test=ask-delay]').click();
    await page.locator('[data-test=delay-person]').fill('990102198001011234');
    await page.locator('[data-test=delay-authority]').fill('云汐市监察委员会');
    await page.locator('[data-test=delay-order]').fill('监 2020-1');
    await page.locator('[data-test=delay-form] .el-date-editor input').fill('2099-01-01 00:00:00');
    await page.keyboard.press('Tab');
    await page.locator('[data-test=order-delay]').click();
    await page.locator('[data-test=order-refusal]').waitFor();
    assert.match(await page.locator('[data-test=order-refusal]').innerText(), /366/);
    const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19).replace('T', ' ');
    await page.locator('[data-test=delay-form] .el-date-editor input').fill(soon);
    await page.keyboard.press('Tab');
    await page.locator('[data-test=order-delay]').click();
    await page.locator('[data-test=delay-row][data-force=true]').first().waitFor();
    await shoot(page, 'audit-delays');
    assert.equal((await ask('/audit/delays/count', { as: null })).in_force, before.in_force + 1);
    await page.locator('[data-test=lift-delay]').first().click();
    await page.locator('[data-test=delay-row][data-force=false]').first().waitFor();
    await page.close();
  });
}

// Goal: an auditor finds who looked at a record, sees the proof computed in the browser, and verifies the whole log.
import assert from 'node:assert/strict';
import { as, ask, open, shoot, sizes } from './browser.mjs';

export async function auditTests({ context, test }) {
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
}

// Goal: somebody puts in a form they were sent, reads which columns the hub knows, and keeps the filled one.
import assert from 'node:assert/strict';
import { as, ask, base, open, tokenOf, shoot, sizes } from './browser.mjs';

export async function formsTests({ context, test }) {
  const resource = (await ask('/resources')).items[0];
  const template = await fetch(`${base}/api/v1/resources/${resource.id}/template.xlsx`, { headers: { Authorization: `Bearer ${await tokenOf('police')}` } });
  await as(context, 'police');
  const file = { name: '表.xlsx', mimeType: template.headers.get('Content-Type'), buffer: Buffer.from(await template.arrayBuffer()) };

  await test('a form is recognised column by column and comes back filled', async () => {
    const page = await open(context, `/desk/#/forms`);
    await page.locator('[data-test=form-file]').setInputFiles(file);
    await page.locator('[data-test=form-report]').waitFor();
    assert.ok((await page.locator('[data-test=form-report] .notes li').count()) >= 2);
    await shoot(page, 'forms', true);
    await page.setViewportSize(sizes.phone);
    await page.waitForTimeout(300);
    await shoot(page, 'phone-forms', true);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    const [kept] = await Promise.all([page.waitForEvent('download'), page.locator('[data-test=form-keep]').click()]);
    assert.match(kept.suggestedFilename(), /\.xlsx$/);
    await page.close();
  });
  await test('a file that is no workbook is refused with what to do', async () => {
    const page = await open(context, '/desk/#/forms', { excused: /415/ });
    await page.locator('[data-test=form-file]').setInputFiles({ name: 'a.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('%PDF-1.4') });
    await page.locator('[data-test=form-failure]').waitFor();
    assert.match(await page.locator('[data-test=form-failure]').innerText(), /xlsx/);
    await page.close();
  });
}

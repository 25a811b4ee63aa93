// Goal: an officer connects another Open311 server, sees how it fares, and the pages around notices can be used at both widths.
import assert from 'node:assert/strict';
import { as, ask, open, shoot, sizes } from './browser.mjs';
import { mustBeUsable } from './pocket.mjs';

const excused = /status of [45]\d\d/;

export async function open311Tests({ context, test, skip }) {
  const there = await ask('/open311/connections', { as: 'catalogue' }).then(() => true, () => false);
  if (!there) {
    await test('other platforms', async () => skip('this hub connects to nobody'), { core: true });
    return;
  }

  await test('another platform is connected, tried and shown with what is wrong', async () => {
    await as(context, 'catalogue');
    const page = await open(context, '/desk/#/open311', { excused });
    await page.locator('[data-test=connection-new]').click();
    await page.locator('#connection-title').fill('12345');
    await page.locator('#connection-address').fill('https://127.0.0.1:1/open311/v2');
    await page.locator('#connection-key').fill('key');
    await page.locator('#service-0').fill('001');
    await page.locator('#process-0').click();
    await page.locator('.el-select-dropdown__item:visible').first().click();
    await page.locator('#fields-0').fill('nonsense: {description}');
    await mustBeUsable(page, 'new connection', { touch: false });
    await shoot(page, 'desk-open311-new', true);
    await page.locator('[data-test=connection-save]').click();
    assert.match(await page.locator('[data-test=connection-failure]').innerText(), /nonsense/);
    await page.locator('#fields-0').fill('');
    await page.locator('[data-test=connection-save]').click();
    await page.locator('[data-test=connection-error]').waitFor().catch(() => page.locator('[data-test=connection-run]').click());
    await mustBeUsable(page, 'connection', { touch: false });
    await shoot(page, 'desk-open311', true);
    const id = page.url().split('/').pop();
    await page.close();
    for (const path of ['/desk/#/open311', `/desk/#/open311/${id}`]) {
      const narrow = await open(context, path, { size: sizes.phone, excused });
      await narrow.locator('h1').waitFor();
      await mustBeUsable(narrow, `${path} on a phone`, { touch: false });
      await narrow.close();
    }
    await ask(`/open311/connections/${id}`, { as: 'catalogue', method: 'DELETE' });
  }, { core: true });

  await test('caps of communities and alerts can be read and set', async () => {
    await as(context, 'catalogue');
    for (const size of [sizes.desk, sizes.phone]) {
      const page = await open(context, '/desk/#/notices', { size, excused });
      await page.locator('[data-test=caps-change]').click();
      await page.locator('[data-test=caps-save]').waitFor();
      await mustBeUsable(page, 'caps', { touch: false });
      if (size === sizes.desk) await shoot(page, 'desk-notice-caps', true);
      await page.close();
    }
    await as(context, 'leader');
    for (const size of [sizes.desk, sizes.phone]) {
      const page = await open(context, '/desk/#/alerts', { size, excused });
      await page.locator('[data-test=alert-feed]').waitFor();
      await mustBeUsable(page, 'alerts', { touch: false });
      if (size === sizes.desk) await shoot(page, 'desk-alerts', true);
      await page.close();
    }
  }, { core: true });
}

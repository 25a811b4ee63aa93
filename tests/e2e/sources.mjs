// Goal: a data officer reads how the sources do, and the form says why a folder may not be watched.
import assert from 'node:assert/strict';
import { open, shoot, sizes } from './browser.mjs';

export async function sourceTests({ context, test }) {
  await test('the form of a new source refuses a folder that the hub may not read, and says how to allow it', async () => {
    const page = await open(context, '/desk/#/sources', { excused: /403/ }); // the refusal is what is tried
    await page.locator('[data-test=add-source]').click();
    await page.locator('[data-test=source-form]').waitFor();
    await page.locator('[data-test=title]').fill('E2E');
    await page.locator('[data-test=resource-choice]').click();
    await page.locator('.el-select-dropdown__item:visible').first().click();
    await page.locator('[data-test=set-path]').fill('/etc');
    await page.locator('[data-test=save]').click();
    await page.locator('[data-test=form-failure]').waitFor();
    assert.match(await page.locator('[data-test=form-failure]').innerText(), /allowed_folders/);
    await shoot(page, 'desk-source-form');
    await page.setViewportSize(sizes.phone);
    await shoot(page, 'phone-source-form');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'scrolls sideways');
    await page.close();
  });
}

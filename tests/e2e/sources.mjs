// Goal: a data officer reads how the sources do, and the form says why a folder may not be watched.
import assert from 'node:assert/strict';
import { as, open, shoot, sizes } from './browser.mjs';

export async function sourceTests({ context, test }) {
  await as(context, 'police');
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

  await test('the form of a source that answers questions asks for the secrets that headers name, and for purposes', async () => {
    const page = await open(context, '/desk/#/sources', { excused: /403/ });
    await page.locator('[data-test=add-source]').click();
    await page.locator('[data-test=source-form]').waitFor();
    await page.locator('[data-test=kind]').click();
    await page.locator('.el-select-dropdown__item:visible', { hasText: '\u53ea\u7b54\u95ee\u9898' }).click();
    await page.locator('[data-test=title]').fill('E2E');
    await page.locator('[data-test=set-address]').fill('https://169.254.169.254');
    await page.locator('[data-test=set-questions]').fill(`- id: insured
  title: {zh: 是否参保, en: Insured}
  answer: yes_no
  path: /insured?id={id_number}
  headers: {Authorization: "Bearer {secret.token}"}
  pointer: /insured
  inputs:
    - {name: id_number, title: {zh: 证件号, en: Id number}, personal: identifier, subject: true}
  purposes: {elderly-care: 60}`);
    await page.locator('[data-test=set-token]').fill('s3cret');
    await page.locator('[data-test=add-purpose]').click();
    assert.ok(await page.locator('[data-test=save]').isDisabled(), 'a purpose without id, basis and end cannot be saved');
    await page.locator('[data-test=purpose-id]').fill('elderly-care');
    await page.locator('[data-test=purpose-basis]').fill('老年人权益保障法');
    await page.locator('[data-test=purpose-fields] .el-date-editor input').fill('2099-12-31');
    await page.keyboard.press('Enter');
    await page.locator('[data-test=save]').click();
    await page.locator('[data-test=form-failure]').waitFor();
    assert.match(await page.locator('[data-test=form-failure]').innerText(), /allowed_hosts/);
    await shoot(page, 'desk-question-form', true);
    await page.close();
  });
}

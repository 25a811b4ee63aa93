// Goal: a data officer uploads a file, reads why rows came back, and the open cockpit moves without a reload.
import assert from 'node:assert/strict';
import { as, ask, open, shoot, sizes, soon, switchLanguage, until } from './browser.mjs';
import { shows } from './cockpit.mjs';
import { mustBeUsable } from './pocket.mjs';
import { citizenId, fits, makeFile } from './rows.mjs';
import { withdrawalTests } from './withdrawal.mjs';

async function firstGrid(code) {
  for (;;) {
    const region = await ask(`/regions/${code}`);
    if (region.level >= 6 || region.child_count === 0) return region;
    code = (await ask(`/regions/${code}/children`)).items[0].code;
  }
}

// Of the Public Security Bureau, whose data officer the demo city has.
async function pickResource() {
  for (const { id } of (await ask('/resources')).items) {
    const resource = await ask(`/resources/${id}`);
    if (resource.provider.id === 'public-security' && fits(resource)) return resource;
  }
  return null;
}

const countOf = (page, kind) => page.locator(`[data-test=batch] [data-count=${kind}]`).first().getAttribute('data-value').then(Number);

export async function deskTests({ context, system, test, skip }) {
  const resource = await pickResource();
  await as(context, 'police');
  const grid = await firstGrid(system.root_region.code);
  const good = 120;
  // New rows on every run, so that a hub may be tested twice.
  const file = resource && makeFile(resource, grid.code, Math.floor(Date.now() / 250) % 16_000_000, good);
  const asFile = (name) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(file.text, 'utf8') });

  await test('the catalogue lists the departments\u2019 resources and opens one', async () => {
    const { items } = await ask('/resources');
    const page = await open(context, '/desk/');
    await page.locator('[data-test=resource]').first().waitFor();
    assert.equal(await page.locator('[data-test=resource]').count(), items.length);
    await shoot(page, 'desk-catalogue');
    await page.locator('[data-test=resource]').first().click();
    await page.locator('h1', { hasText: items[0].title }).waitFor();
    await page.locator('[data-test=records], [data-test=empty]').first().waitFor();
    await shoot(page, 'desk-resource');
    await page.close();
  });

  await test('an upload moves the open cockpit and shows each refused row with a sentence', async () => {
    if (resource === null) skip('no resource with a citizen ID and a phone');
    const metric = resource.metrics.find((one) => one.kind === 'count').id;
    const cockpit = await open(context, `/?metric=${metric}`);
    await shows(cockpit, system.root_region.code);
    await cockpit.locator('[data-test=live][data-state=open]').waitFor();
    const total = () => cockpit.locator(`[data-test=card][data-metric="${metric}"]`).getAttribute('data-total').then(Number);
    const before = await total();
    await cockpit.evaluate(() => { window.not_reloaded = true; });

    const page = await open(context, `/desk/#/upload?resource=${resource.id}`, { excused: /403/ });
    await page.locator('[data-test=file]:not([disabled])').waitFor({ state: 'attached' });
    await page.locator('.column').first().waitFor();
    await shoot(page, 'desk-upload-empty');
    await page.locator('[data-test=file]').setInputFiles(asFile('people.csv'));
    await page.locator('[data-test=batch][data-state=done]').waitFor({ timeout: 60_000 });
    assert.equal(await countOf(page, 'refused'), file.bad.length);
    assert.equal(await countOf(page, 'accepted'), good);
    const rows = page.locator('[data-test=refused-row]');
    await rows.first().waitFor();
    assert.deepEqual(await rows.evaluateAll((all) => all.map((row) => Number(row.dataset.line))), file.bad);
    for (const sentence of await rows.locator('.why').allInnerTexts()) assert.match(sentence, /[\u4e00-\u9fff].*\u3002/s);
    // Masked until a purpose opens them, and no workbook of masks.
    for (const original of await rows.locator('code').allInnerTexts()) assert.match(original, /\*/);
    await page.locator('[data-test=refused-workbook] button').click();
    await page.locator('[data-test=refused] header [role=alert]').waitFor();
    await page.locator('[data-test=refused] [data-test=purpose-choice]').click();
    await page.locator('.el-select-dropdown__item[data-value="epidemic-control"]:visible').click();
    await until(page, () => [...document.querySelectorAll('[data-test=refused-row] code')].every((one) => !one.textContent.includes('*')));
    const fetched = page.waitForEvent('download');
    await page.locator('[data-test=refused-workbook] button').click();
    assert.match((await fetched).suggestedFilename(), /-refused\.xlsx$/);
    await shoot(page, 'desk-upload', true);
    await page.setViewportSize(sizes.phone);
    await shoot(page, 'phone-upload', true);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'scrolls sideways');
    await page.close();

    await until(cockpit, ([id, least]) => Number(document.querySelector(`[data-test=card][data-metric="${id}"]`).dataset.total) >= least, [metric, before + good]);
    assert.ok(await cockpit.evaluate(() => window.not_reloaded === true), 'the cockpit was reloaded');
    await shoot(cockpit, 'cockpit-after-upload');
    await cockpit.close();
  }, { core: true });

  await test('a refused row is mended on the page without what is masked in it being opened, and taken', async () => {
    if (resource === null) skip('no resource with a citizen ID and a phone');
    const { items } = await ask(`/batches?resource=${resource.id}&limit=5`);
    const batch = items.find((one) => one.filename === 'people.csv');
    const page = await open(context, `/desk/#/batches/${batch.id}`, { excused: /4\d\d/ });
    const row = page.locator(`[data-test=refused-row][data-line="${file.bad[1]}"]`).first();
    await row.locator('[data-test=mend]').click();
    const phone = page.locator(`#mend-${resource.fields.find((one) => one.type === 'phone').name}`);
    await phone.fill('138000');
    await page.locator('[data-test=mend-submit]').click();
    await page.locator('[data-test=refused-form] .el-form-item__error').waitFor();
    await phone.fill('13800000002');
    await shoot(page, 'desk-mend');
    await page.locator('[data-test=mend-submit]').click();
    await row.locator('[data-state=mended]').waitFor();
    await page.close();
  }, { core: true });

  await test('the same file again is recognised', async () => {
    if (resource === null) skip('no resource with a citizen ID and a phone');
    const page = await open(context, `/desk/#/upload?resource=${resource.id}`);
    await page.locator('.column').first().waitFor();
    await page.locator('[data-test=file]').setInputFiles(asFile('people-again.csv'));
    await page.locator('[data-test=repeated]').waitFor();
    await page.close();
  }, { core: true });

  await test('the batch stays in the history with its result', async () => {
    if (resource === null) skip('no resource with a citizen ID and a phone');
    const page = await open(context, '/desk/#/batches');
    await page.locator('[data-test=batch-row]').first().click();
    await page.locator('[data-test=batch]').waitFor();
    await page.close();
  });

  await test('a wrong value in the form is said at its field, and the right one is saved', async () => {
    if (resource === null) skip('no resource with a citizen ID and a phone');
    const page = await open(context, `/desk/#/resources/${resource.id}`, { excused: /4\d\d/ });
    await page.locator('[data-test=add]').click();
    await page.locator('[data-test=record-form]').waitFor();
    await page.locator('[data-test=save]').click();
    await page.locator('[data-test=record-form] .el-form-item__error').first().waitFor();
    const field = (type) => page.locator(`#field-${resource.fields.find((one) => one.type === type).name}`);
    const id = citizenId(Math.floor(Date.now() / 250) % 16_000_000 + 16_000_000);
    for (const one of resource.fields) {
      if (one.required && (one.type === 'person_name' || one.type === 'text')) await page.locator(`#field-${one.name}`).fill('\u5f20\u4f1f');
    }
    await field('citizen_id').fill(id);
    await field('phone').fill('123');
    await field('region').fill(grid.code);
    await page.locator('.el-autocomplete-suggestion .found:visible').first().click();
    await page.locator('[data-test=save]').click();
    // Only the hub knows what a phone number looks like: this sentence is its own.
    const sentences = page.locator('[data-test=record-form] .el-form-item__error');
    await page.locator('[data-test=record-form] .el-form-item', { has: field('phone') }).locator('.el-form-item__error').waitFor();
    await until(page, () => document.querySelectorAll('[data-test=record-form] .el-form-item__error').length === 1);
    assert.match(await sentences.innerText(), /[\u4e00-\u9fff].*\u3002/s);
    await shoot(page, 'desk-form');
    await field('phone').fill('13800000001');
    await page.locator('[data-test=save]').click();
    await page.locator('[data-test=saved]').waitFor();
    await page.locator('[data-test=records]').getByText(id.slice(-4)).first().waitFor();
    await shoot(page, 'desk-saved');
    await page.close();
  });

  await test('what rules did to a value is read by touch and by keyboard, on a phone too', async () => {
    if (resource === null) skip('no resource with a citizen ID and a phone');
    const { items } = await ask('/cleaning-rules');
    const width = items.find((rule) => rule.id === 'clean.width').sentence;
    const tidy = makeFile(resource, grid.code, Math.floor(Date.now() / 250) % 16_000_000 + 32_000_000, 1).text.split('\n');
    const phone = resource.fields.findIndex((one) => one.type === 'phone');
    const cells = tidy[1].split(',');
    cells[phone] = [...cells[phone]].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('');  // full width
    const { id } = await ask(`/resources/${resource.id}/batches?filename=wide.csv`, { as: 'police', method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: [tidy[0], cells.join(',')].join('\n') });
    await soon('the batch', async () => (await ask(`/batches/${id}`, { as: 'police' })).state === 'done');
    const page = await open(context, `/desk/#/resources/${resource.id}`, { size: sizes.phone });
    const tail = cells[resource.fields.findIndex((one) => one.type === 'citizen_id')].slice(-4);
    const value = page.locator('[data-test=records] .el-table__body-wrapper tr', { hasText: tail }).first().locator(`td:nth-child(${phone + 1}) [data-test=tidied]`);
    await value.scrollIntoViewIfNeeded();
    const why = page.locator('[data-test=tidied-why]');
    assert.equal(await why.count(), 0);
    await value.click();
    await why.waitFor();
    assert.ok((await why.innerText()).includes(width), await why.innerText());
    assert.equal(await value.getAttribute('aria-expanded'), 'true');
    await mustBeUsable(page, 'phone-tidied', { touch: false, within: '[data-test=tidied], [data-test=tidied-why]' });
    await shoot(page, 'phone-tidied');
    await value.click();
    await why.waitFor({ state: 'detached' });
    await value.blur();
    await value.focus();
    await why.waitFor();
    await page.keyboard.press('Escape');
    await why.waitFor({ state: 'detached' });
    await page.close();
  });

  await test('a region is found by pinyin and shows its path and children', async () => {
    const page = await open(context, '/desk/#/regions');
    await page.locator('[data-test=region-search]').fill('xiangzhou');
    await page.locator('[data-test=region-found]', { hasText: '\u9999\u6d32\u533a' }).first().click();
    await page.locator('nav.path a', { hasText: '\u73e0\u6d77\u5e02' }).waitFor();
    await shoot(page, 'desk-region');
    await page.close();
  });

  await test('the desk speaks English when asked', async () => {
    const page = await open(context, '/desk/');
    await switchLanguage(page);
    await page.locator('h1', { hasText: 'Resource catalogue' }).waitFor();
    await shoot(page, 'desk-english');
    await switchLanguage(page);
    await page.close();
  });

  await withdrawalTests({ context, system, test, skip }, resource, grid);
}

// Goal: a person is found by number and by name, their file shows all departments' records, pairs are decided by keyboard, and a
// merge is taken back.
import assert from 'node:assert/strict';
import { as, ask, open, shoot } from './browser.mjs';
import { fitsThePhone } from './identity.mjs';

const purpose = 'epidemic-control';

export async function registryTests({ context, test, skip }) {
  await test('a person is found and their file opens under a purpose', async () => {
    await as(context, 'registry');
    const records = await ask('/resources/resident-register/records?limit=1', { as: 'registry', headers: { 'Jingwei-Purpose': purpose } });
    const fields = records.items[0].fields;
    const page = await open(context, '/desk/#/subjects');
    await page.locator('[data-test=query]').fill(fields.citizen_id);
    await page.locator('[data-test=search]').click();
    await page.locator('[data-test=found]').first().waitFor();
    await shoot(page, 'desk-subjects');
    await fitsThePhone(page, 'phone-subjects');
    await page.locator('[data-test=found]').first().click();
    await page.locator('[data-test=entry]').first().waitFor();
    assert.match(await page.locator('[data-test=subject-name]').innerText(), /\*/);
    await page.locator('[data-test=aim-choice]').click();
    await page.locator(`.el-select-dropdown__item[data-value=${purpose}]:visible`).click();
    await page.locator('[data-test=subject-name]', { hasText: fields.name }).waitFor();
    await shoot(page, 'desk-subject', true);
    await fitsThePhone(page, 'phone-subject');
    await page.close();
  });

  await test('a relation is entered with whom was found, and ended', async () => {
    await as(context, 'registry');
    const records = await ask('/resources/resident-register/records?limit=2', { as: 'registry', headers: { 'Jingwei-Purpose': purpose } });
    const [one, other] = await Promise.all(records.items.map(async (record) => (await ask(`/subjects?q=${record.fields.citizen_id}`, { as: 'registry' })).items[0].id));
    const page = await open(context, `/desk/#/subjects/${one}`);
    await page.locator('[data-test=relate]').click();
    await page.locator('[data-test=relation-carer]').click();
    await page.locator('[data-test=relation-words]').fill(records.items[1].fields.citizen_id);
    await page.locator('[data-test=relation-find]').click();
    await page.locator(`[data-test=relation-found][data-id="${other}"]`).click();
    await shoot(page, 'desk-relation');
    await page.locator('[data-test=relate-now]').click();
    const row = page.locator('[data-test=relation][data-entered=true][data-kind=carer]');
    await row.waitFor();
    assert.equal((await ask(`/subjects/${other}`, { as: 'registry' })).relations.filter((entry) => entry.kind === 'carer' && entry.direction === 'from').length, 1);
    await row.locator('[data-test=end-relation]').click();
    await row.waitFor({ state: 'detached' });
    await page.close();
  });

  await test('a merge is made with its reason and taken back', async () => {
    await as(context, 'registry');
    const records = await ask('/resources/resident-register/records?limit=2', { as: 'registry', headers: { 'Jingwei-Purpose': purpose } });
    const [one, other] = await Promise.all(records.items.map(async (record) => (await ask(`/subjects?q=${record.fields.citizen_id}`, { as: 'registry' })).items[0].id));
    const page = await open(context, `/desk/#/subjects/${one}`);
    await page.locator('[data-test=merge]').click();
    await page.locator('[data-test=merge-with]').fill(other);
    await page.locator('[data-test=merge-reason]').fill('e2e');
    await page.locator('[data-test=merge-seen]').waitFor();
    await shoot(page, 'desk-merge');
    await page.locator('[data-test=merge-now]').click();
    await page.locator('[data-test=aliases]').waitFor();
    await page.goto(page.url().replace(/#.*/, '#/merges'));
    const row = page.locator('[data-test=merge-row][data-undone=false]', { hasText: 'e2e' }).first();
    await row.waitFor();
    await shoot(page, 'desk-merges', true);
    await row.locator('[data-test=undo]').click();
    await page.locator('[data-test=merge-row][data-undone=true]', { hasText: 'e2e' }).first().waitFor();
    await fitsThePhone(page, 'phone-merges');
    await page.close();
  });

  await test('pairs are decided and taken back by keyboard', async () => {
    const waiting = (await ask('/subject-reviews?state=open&limit=2', { as: 'registry' })).items;
    if (waiting.length < 2) skip('too few pairs wait in this city');
    await as(context, 'registry');
    const page = await open(context, '/desk/#/pairs');
    const pair = page.locator('[data-test=pair]');
    await pair.waitFor();
    const first = await pair.getAttribute('data-review');
    await shoot(page, 'desk-pairs', true);
    await fitsThePhone(page, 'phone-pairs');
    await page.locator('h1').click();
    await page.keyboard.press('k');
    await page.locator(`[data-test=pair]:not([data-review="${first}"])`).waitFor();
    assert.equal((await ask(`/subject-reviews/${first}`, { as: 'registry' })).state, 'different');
    await page.keyboard.press('u');
    await page.locator('[data-test=back]').waitFor({ state: 'detached' });
    assert.equal((await ask(`/subject-reviews/${first}`, { as: 'registry' })).state, 'open');
    await page.close();
  });

  await test('the state of the registry stands by source', async () => {
    await as(context, 'registry');
    const page = await open(context, '/desk/#/registry');
    await page.locator('[data-test=source]').first().waitFor();
    await shoot(page, 'desk-registry', true);
    await fitsThePhone(page, 'phone-registry');
    await page.close();
  });
}

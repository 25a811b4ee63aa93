// Goal: a data officer sees how good the data are that came; who finds a wrong datum objects to it, and somebody else answers.
import assert from 'node:assert/strict';
import { as, ask, member, open, reload, shoot, sizes, soon } from './browser.mjs';

const stamp = Date.now().toString(36);

async function fitsThePhone(page, name) {
  await page.setViewportSize(sizes.phone);
  await page.waitForTimeout(300);
  await shoot(page, name, true);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways`);
  await page.setViewportSize(sizes.desk);
}

// A record to which nobody has objected, with the field to object to.
async function pickDatum() {
  const busy = new Set((await ask('/objections?state=open&limit=500')).items.map((one) => one.record));
  for (const { id, sharing, records } of (await ask('/resources')).items) {
    if (sharing === 'secret' || records === 0) continue;
    const resource = await ask(`/resources/${id}`);
    if (resource.provider.id !== 'public-security') continue;
    const record = (await ask(`/resources/${id}/records?limit=50`, { as: 'police' })).items.find((one) => !busy.has(one.id));
    if (record !== undefined) return { resource, record, field: resource.fields.find((one) => one.personal === 'none') ?? resource.fields[0] };
  }
  return null;
}

export async function qualityTests({ context, test, skip }) {
  await test('the quality page scores what came, says why, and opens it day by day', async () => {
    // The counts follow the feed of changes, so a new hub needs a moment.
    const board = await soon('a score', () => ask('/quality?days=30').then((read) => (read.resources.some((one) => one.score !== null) ? read : null)));
    const known = board.resources.find((one) => one.score !== null);
    await as(context, 'catalogue');
    const page = await open(context, '/desk/#/quality');
    const row = page.locator(`[data-test=quality-row][data-kind=resources][data-id="${known.id}"]`);
    await row.waitFor();
    assert.equal(await page.locator('[data-test=quality-row][data-kind=resources]').count(), board.resources.length);
    const shown = Number(await row.locator('[data-test=quality-score]').getAttribute('data-value'));
    assert.ok(shown > 0 && shown <= 100, `a score of ${shown}`);
    assert.equal(await row.locator('[data-test=quality-part]').count(), known.parts.length);
    await shoot(page, 'desk-quality', true);
    await fitsThePhone(page, 'phone-quality');
    await page.locator('[data-test=quality-days][data-days="7"]').click();
    await page.locator('[data-test=quality-days][data-days="7"][aria-pressed=true]').waitFor();
    await page.locator('[data-test=quality-days][data-days="30"]').click();

    await page.locator('.el-tabs__item').nth(1).click();
    const provider = page.locator(`[data-test=quality-row][data-kind=providers][data-id="${known.provider.id}"]`);
    await provider.waitFor();
    await shoot(page, 'desk-quality-providers', true);
    await provider.locator('[data-test=quality-open]').click();
    await page.locator(`[data-test=quality-detail][data-id="${known.provider.id}"]`).waitFor();
    await page.locator(`[data-test=quality-row][data-id="${known.id}"] [data-test=quality-open]`).click();
    await page.locator(`[data-test=quality-detail][data-id="${known.id}"]`).waitFor();
    const history = page.locator('svg.large[data-test=quality-history]');
    assert.ok(Number(await history.getAttribute('data-points')) > 0);
    assert.ok((await history.locator('title').first().textContent()).includes(known.title));
    assert.equal(await page.locator('[data-test=quality-detail] [data-test=quality-part] p').count(), known.parts.length);
    await shoot(page, 'desk-quality-resource', true);
    await fitsThePhone(page, 'phone-quality-resource');
    await page.close();

    // Who may not read objections is told how many stand open, and led to none.
    await as(context, 'leader');
    const other = await open(context, '/desk/#/quality');
    await other.locator('[data-test=quality-row]').first().waitFor();
    assert.equal(await other.locator('main a[href*="/objections"]').count(), 0);
    await other.close();
  }, { core: true });

  await test('an objection made at a record is declined only with words, accepted by another person, and closed', async () => {
    const datum = await pickDatum();
    if (datum === null) skip('no record to object to');
    const { resource, record, field } = datum;
    // What the hub refuses, the browser notes in its console.
    await as(context, await member('police-lin', { name: '林一', role: 'data-officer', department: 'public-security' }));
    const page = await open(context, `/desk/#/resources/${resource.id}`, { excused: /4(09|22|00|03)/ });
    await page.locator(`[data-test=objection-open][data-record="${record.id}"]`).first().click();
    const form = page.locator('[data-test=objection-form]');
    await form.waitFor();
    assert.ok(await page.locator('[data-test=objection-submit]').isDisabled(), 'nothing was said yet');
    await form.locator('[data-test=objection-field]').click();
    await page.locator(`[data-field="${field.name}"]`).last().click();
    await form.locator('[data-test=objection-now]').waitFor();
    await form.locator('[data-test=objection-reason]').fill(`\u4e0e\u672c\u4eba\u6838\u5bf9\u540e\u4e0d\u7b26 ${stamp}`);
    await form.locator('[data-test=objection-proposed]').fill('\u4ee5\u672c\u4eba\u586b\u62a5\u4e3a\u51c6');
    await page.waitForTimeout(400);
    await shoot(page, 'desk-objection-form');
    await fitsThePhone(page, 'phone-objection-form');
    await page.locator('[data-test=objection-submit]').click();
    const link = page.locator('[data-test=objection-link]');
    await link.waitFor();
    const id = (await link.getAttribute('href')).split('/').pop();
    await shoot(page, 'desk-objection-made');
    await link.click();

    await page.locator('[data-test=objection][data-state=open]').waitFor();
    assert.match(await page.locator('[data-test=objection-reason-said]').innerText(), new RegExp(stamp));
    await page.locator('[data-test=objection-clock]:not([data-kind=late])').waitFor();
    const acts = page.locator('[data-test=objection-acts]');
    const refusal = page.locator('[data-test=objection-refusal]');
    await acts.locator('[data-test=objection-accept]').click();
    await refusal.waitFor();
    assert.match(await refusal.innerText(), /林一/, 'who objected does not answer');
    await as(context, 'police');
    await reload(page);
    await acts.waitFor();
    await acts.locator('[data-test=objection-decline]').click();
    await refusal.filter({ hasText: '\u7406\u7531' }).waitFor();
    assert.equal((await ask(`/objections/${id}`)).objection.state, 'open');
    await shoot(page, 'desk-objection', true);
    await fitsThePhone(page, 'phone-objection');
    await acts.locator('[data-test=objection-words]').fill('\u5df2\u6838\u5b9e');
    await acts.locator('[data-test=objection-accept]').click();
    await page.locator('[data-test=objection][data-state=accepted]').waitFor();
    assert.match(await page.locator('[data-test=objection-answer]').innerText(), /\u5df2\u6838\u5b9e/);
    assert.equal(await acts.count(), 0, 'what is closed has no next step');
    await page.locator('[data-test=objection-step][data-step=accept]').waitFor();
    await shoot(page, 'desk-objection-accepted', true);

    await page.goto(`${page.url().split('#')[0]}#/objections?resource=${resource.id}`);
    const row = page.locator(`[data-test=objection-row][data-id="${id}"]`);
    await row.waitFor();
    assert.equal(await row.getAttribute('data-state'), 'accepted');
    await shoot(page, 'desk-objections', true);
    await fitsThePhone(page, 'phone-objections');
    await page.locator('[data-test=objection-state-filter]').click();
    await page.locator('[data-value=open]').last().click();
    await row.waitFor({ state: 'detached' });
    await page.close();
  }, { core: true });
}

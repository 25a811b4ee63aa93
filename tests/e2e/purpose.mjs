// Goal: an emergency is declared, extended and ended on the desk, by somebody who saw first what will be destroyed; purposes have
// their assessment, residents' requests their answer. Runs last: what is destroyed here does not come back.
import assert from 'node:assert/strict';
import { ask, open, shoot, sizes } from './browser.mjs';

const stamp = Date.now().toString(36);

async function fitsThePhone(page, name) {
  await page.setViewportSize(sizes.phone);
  await page.waitForTimeout(300);
  await shoot(page, name, true);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways`);
  await page.setViewportSize(sizes.desk);
}

async function actAs(page, name) {
  await page.locator('[data-test=actor]').first().fill(name);
}

export async function purposeTests({ context, test, skip }) {
  await test('purposes stand with their law, and one is added and assessed', async () => {
    const page = await open(context, '/desk/#/purposes?tab=purposes');
    const known = (await ask('/purposes')).items;
    await page.locator('[data-test=purpose-row]').first().waitFor();
    assert.equal(await page.locator('[data-test=purpose-row]').count(), known.length);
    await shoot(page, 'desk-purposes', true);
    await fitsThePhone(page, 'phone-purposes');
    await page.locator('[data-test=purpose-add]').click();
    await page.locator('[data-test=purpose-form]').waitFor();
    await page.locator('[data-test=purpose-id]').fill(`survey-${stamp}`);
    for (const [field, text] of [['title_zh', '\u8c03\u67e5'], ['title_en', 'Survey'], ['basis_zh', '\u6761\u4f8b'], ['basis_en', 'Regulation']])
      await page.locator(`[data-test=purpose-${field}]`).fill(text);
    await actAs(page, 'Lin');
    await shoot(page, 'desk-purpose-form');
    await page.locator('[data-test=purpose-submit]').click();
    await page.locator('[data-test=purpose][data-stand=open]').waitFor();
    await page.locator('[data-test=assessment-edit]').click();
    for (const field of ['necessity', 'risk', 'measures']) await page.locator(`[data-test=assessment-${field}]`).fill(`${field} ${stamp}`);
    await page.locator('[data-test=assessment-submit]').click();
    await page.locator('[data-test=purpose-step][data-step=assess]').waitFor();
    await page.goto(page.url().replace(/#.*/, '#/purposes/epidemic-control'));
    await page.locator('[data-test=assessment] dl').waitFor();
    await shoot(page, 'desk-purpose', true);
    await fitsThePhone(page, 'phone-purpose');
    await page.close();
  });

  await test('a resident\u2019s request is answered by somebody else than who opened it', async () => {
    const page = await open(context, '/desk/#/purposes?tab=rights', { excused: /4(00|03)/ });
    await page.locator('[data-test=rights-open]').click();
    await page.locator('[data-test=rights-form]').waitFor();
    await page.locator('[data-test=rights-name]').fill('\u5f20\u4e09');
    await page.locator('[data-test=rights-identifier]').fill('990102201601010015');
    await page.locator('[data-test=rights-words]').fill(`\u8bf7\u7ed9\u6211\u4e00\u4efd\u526f\u672c ${stamp}`);
    await actAs(page, 'Lin');
    await page.locator('[data-test=rights-submit]').click();
    await page.locator('[data-test=rights-refusal]').waitFor();  // under 14 asks nobody alone
    await fitsThePhone(page, 'phone-rights-form');
    await page.locator('[data-test=rights-guardian]').fill('\u5f20\u4e8c');
    await page.locator('[data-test=rights-guardian-number]').fill('990102198001010019');
    await shoot(page, 'desk-rights-form');
    await page.locator('[data-test=rights-submit]').click();
    await page.locator('[data-test=rights][data-state=open]').waitFor();
    await page.locator('[data-test=rights-grant]').click();
    await page.locator('[data-test=rights-refusal]').waitFor();
    await actAs(page, 'Mei');
    await page.locator('[data-test=rights-answer-words]').fill('\u5df2\u5bc4\u51fa');
    await page.locator('[data-test=rights-grant]').click();
    await page.locator('[data-test=rights][data-state=granted]').waitFor();
    await shoot(page, 'desk-rights', true);
    await fitsThePhone(page, 'phone-rights');
    await page.goto(page.url().replace(/#.*/, '#/purposes?tab=rights'));
    await page.locator('[data-test=rights-row]').first().waitFor();
    await shoot(page, 'desk-rights-list', true);
    await page.close();
  });

  await test('an emergency is declared, extended, and ended with what it alone kept', async () => {
    const standing = (await ask('/emergencies')).items.filter((one) => one.state === 'standing');
    if (standing.length === 0) skip('no emergency stands');
    const page = await open(context, '/desk/#/purposes', { excused: /4(09|10)/ });
    await page.locator('[data-test=emergency-row]').first().waitFor();
    await page.locator('[data-test=emergency-declare]').click();
    await page.locator('[data-test=emergency-form]').waitFor();
    await page.locator('[data-test=emergency-name]').fill(`\u6f14\u7ec3 ${stamp}`);
    await page.locator('[data-test=emergency-order]').fill(`${stamp}-1`);
    await actAs(page, 'Mayor');
    await shoot(page, 'desk-emergency-form');
    await fitsThePhone(page, 'phone-emergency-form');
    await page.locator('[data-test=emergency-submit]').click();
    await page.locator('[data-test=emergency][data-state=standing]').waitFor();
    const planned = await page.locator('[data-test=emergency-planned]').innerText();
    const later = page.locator('[data-test=extend-until] input').first();
    const day_ms = 86_400_000;
    await later.fill(`${new Date(Date.now() + 90 * day_ms).toISOString().slice(0, 10)} 00:00:00`);
    await later.press('Enter');
    await page.locator('[data-test=extend-order]').fill(`${stamp}-2`);
    await page.locator('[data-test=extend-submit]').click();
    await page.locator('[data-test=purpose-step][data-step=extend]').waitFor();
    assert.notEqual(await page.locator('[data-test=emergency-planned]').innerText(), planned);
    await shoot(page, 'desk-emergency', true);
    await fitsThePhone(page, 'phone-emergency');
    // Another stands: its end takes nothing.
    await page.locator('[data-test=emergency-end]').click();
    await page.locator('[data-test=end-forecast] .nothing').waitFor();
    await page.locator('[data-test=end-order]').fill(`${stamp}-3`);
    await page.locator('[data-test=end-number]').fill('0');
    await page.locator('[data-test=end-confirm]').click();
    await page.locator('[data-test=emergency][data-state=ended]').waitFor();

    for (const one of standing.slice(1)) await page.request.post(`${new URL(page.url()).origin}/api/v1/emergencies/${one.id}/end`, { data: { order_number: 'x', records: 0 } });
    await page.goto(page.url().replace(/#.*/, `#/emergencies/${standing[0].id}`));
    await page.locator('[data-test=emergency-end]').click();
    await page.locator('[data-test=end-destroys]').first().waitFor();
    const forecast = await ask(`/emergencies/${standing[0].id}/end`);
    assert.ok(forecast.records > 0);
    assert.ok(forecast.resources.some((one) => one.action === 'seal'), 'a law keeps some');
    await page.locator('[data-test=end-order]').fill(`${stamp}-4`);
    await page.locator('[data-test=end-number]').fill(String(forecast.records + 1));
    assert.ok(await page.locator('[data-test=end-confirm]').isDisabled(), 'another number confirms nothing');
    await page.locator('[data-test=end-number]').fill(String(forecast.records));
    await shoot(page, 'desk-emergency-end');
    await fitsThePhone(page, 'phone-emergency-end');
    await page.locator('[data-test=end-confirm]').click();
    await page.locator('[data-test=emergency][data-state=ended]').waitFor();
    let done = null;
    for (let turn = 0; turn < 300 && done?.state !== 'done'; ++turn) {
      await page.waitForTimeout(100);
      done = (await ask('/destructions')).items[0];
    }
    assert.equal(done.state, 'done');
    assert.equal(done.records, forecast.records);
    assert.match(done.hash, /^[0-9a-f]{64}$/);
    const gone = forecast.resources.find((one) => one.action === 'destroy' && one.records > 0).resource;
    const kept = forecast.resources.find((one) => one.action === 'seal').resource;
    for (const id of [gone, kept]) {
      const answer = await page.request.get(`${new URL(page.url()).origin}/api/v1/resources/${id}/records`);
      assert.equal(answer.status(), 410, id);
    }
    await page.goto(page.url().replace(/#.*/, '#/purposes?tab=destructions'));
    await page.locator(`[data-test=destruction][data-id="${done.id}"][data-state=done]`).waitFor();
    await page.locator(`[data-test=sealed-resource][data-id="${kept}"]`).waitFor();
    await shoot(page, 'desk-destructions', true);
    await fitsThePhone(page, 'phone-destructions');
    await page.goto(page.url().replace(/#.*/, '#/purposes'));
    await page.locator('[data-test=emergency-row]').first().waitFor();
    await shoot(page, 'desk-emergencies', true);
    await fitsThePhone(page, 'phone-emergencies');
    await page.goto(page.url().replace(/#.*/, `#/resources/${kept}`));
    await page.waitForTimeout(800);
    await shoot(page, 'desk-sealed-resource', true);
    await page.close();
  }, { core: true });
}

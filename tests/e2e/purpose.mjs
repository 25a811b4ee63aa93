// Goal: an emergency is declared, extended and ended on the desk, by somebody who saw first what will be destroyed; purposes have
// their assessment, residents' requests their answer. Runs last: what is destroyed here does not come back.
import assert from 'node:assert/strict';
import { as, ask, member, open, shoot } from './browser.mjs';
import { fitsThePhone } from './identity.mjs';

const stamp = Date.now().toString(36);

export async function purposeTests({ context, test, skip }) {
  await test('purposes stand with their law, and one is added and assessed', async () => {
    await as(context, 'security');
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
    await shoot(page, 'desk-purpose-form');
    await fitsThePhone(page, 'phone-purpose-form');
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

  await test('pages of purposes offer only what one may do', async () => {
    const actions = ['emergency-declare', 'purpose-add', 'rights-open', 'purpose-edit', 'purpose-end', 'assessment-edit', 'emergency-end', 'extend-submit'];
    const emergency = (await ask('/emergencies')).items.find((one) => one.state === 'standing');
    for (const [login, tabs, offered] of [
      ['leader', ['emergencies', 'purposes', 'destructions'], ['emergency-declare', 'emergency-end', 'extend-submit']],
      ['security', ['emergencies', 'purposes', 'destructions'], ['purpose-add', 'purpose-edit', 'purpose-end', 'assessment-edit']],
      ['rights', ['emergencies', 'purposes', 'destructions', 'rights'], ['rights-open']],
      ['street', ['emergencies', 'purposes', 'rights'], ['rights-open']],
      ['catalogue', ['emergencies', 'purposes'], []],
    ]) {
      await as(context, login);
      const look = async () => {
        const seen = new Set();
        for (const path of [...tabs.map((tab) => `/purposes?tab=${tab}`), '/purposes/epidemic-control', ...(emergency ? [`/emergencies/${emergency.id}`] : [])]) {
          const page = await open(context, `/desk/#${path}`);
          await page.locator('main .panel').first().waitFor();
          await page.locator('main .el-skeleton').first().waitFor({ state: 'detached' });
          const shown = await page.locator('main .el-tabs__item').evaluateAll((all) => all.map((one) => one.id.replace(/^tab-/, '')));
          if (shown.length > 0) assert.deepEqual(shown, tabs, login);
          for (const one of actions) if ((await page.locator(`[data-test=${one}]`).count()) > 0) seen.add(one);
          await page.close();
        }
        return [...seen].sort();
      };
      const possible = (emergency ? offered : offered.filter((one) => !['emergency-end', 'extend-submit'].includes(one))).sort();
      // A part of a page may come after its first panel.
      let seen = await look();
      for (let turn = 0; turn < 3 && seen.join() !== possible.join(); ++turn) seen = await look();
      assert.deepEqual(seen, possible, login);
    }
  });

  await test('a resident\u2019s request is answered by somebody else than who opened it', async () => {
    await as(context, 'street');
    const desk = await open(context, '/desk/#/purposes?tab=rights', { excused: /400/ });
    const fill = async (page) => {
      await page.locator('[data-test=rights-open]').click();
      await page.locator('[data-test=rights-form]').waitFor();
      await page.locator('[data-test=rights-name]').fill('\u5f20\u4e09');
      await page.locator('[data-test=rights-identifier]').fill('990102201601010015');
      await page.locator('[data-test=rights-words]').fill(`\u8bf7\u7ed9\u6211\u4e00\u4efd\u526f\u672c ${stamp}`);
    };
    const guard = async (page) => {
      await page.locator('[data-test=rights-guardian]').fill('\u5f20\u4e8c');
      await page.locator('[data-test=rights-guardian-number]').fill('990102198001010019');
    };
    await fill(desk);
    await desk.locator('[data-test=rights-submit]').click();
    await desk.locator('[data-test=rights-refusal]').waitFor();  // under 14 asks nobody alone
    await fitsThePhone(desk, 'phone-rights-form');
    await guard(desk);
    await shoot(desk, 'desk-rights-form');
    await desk.locator('[data-test=rights-submit]').click();
    // At the street's desk one is told the number, and reads no request.
    const made = /\d+/.exec(await desk.locator('[data-test=rights-made]').innerText())[0];
    await shoot(desk, 'desk-rights-made');
    await fitsThePhone(desk, 'phone-rights-made');
    await assert.rejects(ask(`/rights/${made}`, { as: 'street' }), /HTTP 403/);
    await desk.close();

    await as(context, 'rights');
    const page = await open(context, '/desk/#/purposes?tab=rights');
    await page.locator(`[data-test=rights-row][data-id="${made}"] a`).click();
    await page.locator('[data-test=rights][data-state=open]').waitFor();
    assert.equal(await page.locator('[data-test=rights-withdraw]').count(), 0, 'only who opened it takes it back');
    await page.locator('[data-test=rights-answer-words]').fill('\u5df2\u5bc4\u51fa');
    await shoot(page, 'desk-rights-open', true);
    await page.locator('[data-test=rights-grant]').click();
    await page.locator('[data-test=rights][data-state=granted]').waitFor();
    await shoot(page, 'desk-rights', true);
    await fitsThePhone(page, 'phone-rights');

    // One's own is not answered, by the page or past it.
    await page.goto(page.url().replace(/#.*/, '#/purposes?tab=rights'));
    await fill(page);
    await guard(page);
    await page.locator('[data-test=rights-submit]').click();
    await page.locator('[data-test=rights-hint][data-own=true]').waitFor();
    assert.equal(await page.locator('[data-test=rights-grant], [data-test=rights-decline]').count(), 0);
    const own = page.url().split('/').at(-1);
    const granted = ask(`/rights/${own}/steps`, { as: 'rights', method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ step: 'grant' }) });
    await assert.rejects(granted, /HTTP 403/);
    await page.locator('[data-test=rights-withdraw]').click();
    await page.locator('[data-test=rights][data-state=withdrawn]').waitFor();
    await page.goto(page.url().replace(/#.*/, '#/purposes?tab=rights'));
    await page.locator('[data-test=rights-row]').first().waitFor();
    await shoot(page, 'desk-rights-list', true);
    await fitsThePhone(page, 'phone-rights-list');
    await page.close();
  });

  await test('a request is a case, and a guardian speaks for the child until that is ended', async () => {
    const post = (body) => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const made = await ask('/rights', { as: 'street', ...post({ kind: 'guardian', name: '\u5f20\u5b69', identifier: '990102201601010015', guardian_name: '\u5f20\u4e8c', guardian_identifier: '990102198001010019', words: `\u6211\u662f\u5176\u6bcd ${stamp}` }) });
    const id = made.request.id;
    let number = null;
    for (let turn = 0; turn < 100 && number === null; ++turn) {
      number = (await ask(`/rights/${id}`, { as: 'rights' })).case;
      if (number === null) await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    assert.ok(number, 'no case was opened');
    await as(context, 'rights');
    const page = await open(context, `/desk/#/rights/${id}`);
    await page.locator('[data-test=rights-case]').click();
    await page.locator('[data-test=case-head][data-state=open]').waitFor();
    await page.locator('[data-test=action-grant]').waitFor();
    await shoot(page, 'desk-rights-case', true);
    await fitsThePhone(page, 'phone-rights-case');
    const one = await ask(`/cases/${number}`, { as: 'rights' });
    await ask(`/cases/${number}/actions`, { as: 'rights', ...post({ action: 'grant', version: one.case.version, inputs: { answer: '\u540c\u610f' } }) });
    await page.locator('[data-test=case-matter]').click();
    await page.locator('[data-test=rights][data-state=granted]').waitFor();
    await page.locator('[data-test=carry-out]').click();
    await page.locator('[data-test=guardianship][data-speaks=true]').waitFor();
    await shoot(page, 'desk-rights-guardian', true);
    await fitsThePhone(page, 'phone-rights-guardian');
    await page.locator('[data-test=guardian-end-words]').fill('\u6cd5\u9662\u6307\u5b9a\u4e86\u522b\u4eba');
    await page.locator('[data-test=rights-end]').click();
    await page.locator('[data-test=guardianship][data-speaks=false]').waitFor();
    // Of other services they are offered no lists, which the hub would refuse them.
    await page.goto(`${page.url().split('#')[0]}#/inbox`);
    await page.locator('[data-test=service] a[href*="/inbox/rights"]').first().waitFor();
    assert.equal(await page.locator('[data-test=service] a[href*="/processes/"]:not([href$="/new"])').count(), 0);
    await page.close();
  });

  await test('an emergency is declared, extended, and ended with what it alone kept', async () => {
    const standing = (await ask('/emergencies')).items.filter((one) => one.state === 'standing');
    if (standing.length === 0) skip('no emergency stands');
    await as(context, 'leader');
    const page = await open(context, '/desk/#/purposes');
    await page.locator('[data-test=emergency-row]').first().waitFor();
    await page.locator('[data-test=emergency-declare]').click();
    await page.locator('[data-test=emergency-form]').waitFor();
    await page.locator('[data-test=emergency-name]').fill(`\u6f14\u7ec3 ${stamp}`);
    await page.locator('[data-test=emergency-order]').fill(`${stamp}-1`);
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

    for (const one of standing.slice(1))
      await ask(`/emergencies/${one.id}/end`, { as: 'leader', method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ order_number: 'x', records: 0 }) });
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
      done = (await ask('/destructions', { as: 'leader' })).items[0];
    }
    assert.equal(done.state, 'done');
    assert.equal(done.records, forecast.records);
    assert.match(done.hash, /^[0-9a-f]{64}$/);
    const gone = forecast.resources.find((one) => one.action === 'destroy' && one.records > 0).resource;
    const kept = forecast.resources.find((one) => one.action === 'seal').resource;
    // Not even whose own they were.
    const keepers = {};
    for (const id of [gone, kept]) {
      const department = (await ask(`/resources/${id}`)).provider.id;
      keepers[id] = await member(`keeper-${department}-${stamp}`, { name: '\u4fdd\u7ba1', role: 'data-officer', department });
      await assert.rejects(ask(`/resources/${id}/records`, { as: keepers[id] }), /HTTP 410/, id);
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
    await page.close();
    await as(context, keepers[kept]);
    const sealed = await open(context, `/desk/#/resources/${kept}`, { excused: /410/ });
    await sealed.locator('[data-test=failure]').first().waitFor();
    assert.equal(await sealed.locator('[data-test=failure] button').count(), 0, 'asking again would change nothing');
    await shoot(sealed, 'desk-sealed-resource', true);
    await sealed.close();
  }, { core: true });
}

// Goal: a data officer finds a resource, takes a new one through its life with two who keep the catalogue, is told what it would break and whom it
// asks again, answers a demand, and sees who is late; on a phone every page can be reached.
import assert from 'node:assert/strict';
import { as, ask, member, open, reload, shoot, sizes } from './browser.mjs';

const stamp = Date.now().toString(36);

// Another person signs in and presses the version's button, which leads to a state.
async function take(page, login, step, state, words) {
  const panel = page.locator('[data-test=version]');
  await as(page.context(), login);
  await reload(page);
  await panel.locator(`[data-test=step-${step}]`).click();
  if (words !== undefined) {
    await panel.locator('[data-test=reason]').fill(words);
    await panel.locator('[data-test=confirm]').click();
  }
  await page.locator(`[data-test=version][data-state=${state}]`).waitFor();
}

async function fitsThePhone(page, name) {
  await page.setViewportSize(sizes.phone);
  await page.waitForTimeout(300);
  await shoot(page, name, true);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways`);
  await page.setViewportSize(sizes.desk);
}

// What is seen of an open drawer.
async function onAPhone(page, name) {
  await page.setViewportSize(sizes.phone);
  await page.waitForTimeout(300);
  await shoot(page, name);
  const drawer = await page.locator('.el-drawer:visible').boundingBox();
  assert.ok(drawer.x >= 0 && drawer.x + drawer.width <= sizes.phone.width, `${name} stands outside the screen`);
  await page.setViewportSize(sizes.desk);
}

function yamlOf(id, fields) {
  return `resources:\n  - id: ${id}\n    title: {zh: 路灯 ${stamp}, en: Lamps ${stamp}}\n    provider: {id: city-works, zh: 市政局, en: City Works}\n    sharing: open\n`
    + `    retention: forever\n    update: monthly\n    subject: person\n    collected_from: residents\n    key: [no]\n    fields:\n      - {name: no, title: {zh: 编号, en: No}, type: text, required: true}\n${fields}`;
}

export async function catalogTests({ context, test }) {
  await test('on a phone the menu reaches every page', async () => {
    await as(context, 'police');
    const page = await open(context, '/desk/', { size: sizes.phone });
    const entries = page.locator('nav.pages a');
    await page.locator('[data-test=menu]').click();
    await entries.first().waitFor();
    await shoot(page, 'phone-menu');
    const pages = await entries.evaluateAll((all) => all.map((one) => ({ page: one.dataset.page, box: one.getBoundingClientRect().toJSON() })));
    for (const { page: name, box } of pages) assert.ok(box.left >= 0 && box.right <= sizes.phone.width && box.height >= 44, `${name} can be touched`);
    for (const { page: name } of pages) {
      if (!(await entries.first().isVisible())) await page.locator('[data-test=menu]').click();
      await page.locator(`nav.pages a[data-page=${name}]`).click();
      await page.locator('h1').first().waitFor();
      assert.match(page.url(), new RegExp(`#/${name}`));
      await entries.first().waitFor({ state: 'hidden' });  // the menu closes when a page is chosen
    }
    await page.close();
  });

  await test('a search by pinyin and a facet narrow the catalogue', async () => {
    await as(context, 'catalogue');
    const page = await open(context, '/desk/#/resources');
    await page.locator('[data-test=resource]').first().waitFor();
    const all = await page.locator('[data-test=resource]').count();
    await page.locator('[data-test=search]').fill('changzhurenkou');
    // Forms of packages may speak of residents as well: the register is among few.
    await page.locator('[data-test=resource]').nth(2).waitFor({ state: 'detached' });
    await page.locator('[data-test=resource][data-resource=resident-register]').waitFor();
    assert.ok(all > 2);
    await page.locator('[data-test=widen]').click();
    await page.locator('[data-test=resource]').nth(all - 1).waitFor();
    const facet = page.locator('[data-facet=sharing] [data-value=open]');
    const count = Number(await facet.locator('small').innerText());
    await facet.click();
    await page.locator('[data-test=resource]').nth(count).waitFor({ state: 'detached' });
    assert.equal(await page.locator('[data-test=resource]').count(), count);
    await shoot(page, 'desk-catalogue-facet');
    await fitsThePhone(page, 'phone-catalogue');
    await page.close();
  });

  await test('a draft made by form is submitted, reviewed and published by three people', async () => {
    const id = `lamps-${stamp}`;
    await as(context, 'health');
    const mei = await member('catalogue-mei', { name: '梅二', role: 'catalogue-officer' });
    const page = await open(context, '/desk/#/drafts', { excused: /40\d/ });
    const form = page.locator('[data-test=definition-form]');
    for (const [part, value] of [['id', id], ['title-zh', '路灯'], ['title-en', 'Lamps'], ['provider', 'health-commission'], ['provider-zh', '卫生健康委'], ['provider-en', 'Health Commission']])
      await form.locator(`[data-test=def-${part}]`).fill(value);
    for (const [index, name] of ['lamp_no', 'watts'].entries()) {
      if (index > 0) await form.locator('[data-test=add-field]').click();
      const field = form.locator('[data-test=def-field]').nth(index);
      for (const [part, value] of [['name', name], ['zh', name], ['en', name]]) await field.locator(`[data-test=field-${part}]`).fill(value);
    }
    await form.locator('[data-test=field-key]').first().click();
    await shoot(page, 'desk-draft', true);
    await fitsThePhone(page, 'phone-draft');
    await page.locator('[data-test=save-draft]').click();
    await page.locator('[data-test=version][data-state=draft]').waitFor();
    await take(page, 'health', 'submit', 'submitted');
    assert.equal(await page.locator('[data-test=step-review]').count(), 0, 'a department does not decide');
    const deciding = ask(`/resources/${id}/versions/1/steps`, { as: 'health', method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ step: 'review' }) });
    await assert.rejects(deciding, /HTTP 403.*审核与发布资源/s);
    await take(page, 'catalogue', 'review', 'reviewed');
    assert.ok(await page.locator('[data-test=step-publish]').isDisabled(), 'who reviewed does not publish');
    await take(page, mei, 'publish', 'published');
    await as(context, 'health');
    await reload(page);
    await shoot(page, 'desk-version', true);

    // The next version drops a field: it says why, or does not pass.
    await page.locator('[data-test=next-version]').click();
    await form.locator('[data-test=def-field]').nth(1).locator('[data-test=drop-field]').click();
    await page.locator('[data-test=save-draft]').click();
    await page.locator('[data-test=break]').waitFor();
    assert.equal(await page.locator('[data-test=difference]').first().locator('code').innerText(), 'fields.watts');
    await take(page, 'health', 'submit', 'submitted', '功率由电力部门提供');
    await page.locator('[data-test=stated-breaking]').waitFor();
    await shoot(page, 'desk-version-breaking', true);
    await fitsThePhone(page, 'phone-version');
    await take(page, 'catalogue', 'refuse', 'refused', '请先与电力部门商定');
    assert.equal((await ask(`/resources/${id}/versions`)).items[0].state, 'refused');
    await page.close();
  }, { core: true });

  await test('what residents are asked already is refused at submit, with where the data are', async () => {
    const id = `calls-${stamp}`;
    await as(context, 'catalogue');
    const page = await open(context, '/desk/#/drafts', { excused: /409/ });
    await page.locator('.el-tabs__item').nth(1).click();
    await page.locator('[data-test=yaml]').fill(yamlOf(id, '      - {name: mobile, title: {zh: 手机号, en: Mobile}, type: phone, personal: contact}\n'));
    await page.locator('[data-test=save-draft]').click();
    await page.locator('[data-test=version][data-state=draft]').waitFor();
    await page.locator('[data-test=version] [data-test=overlap]').first().waitFor();
    await page.locator('[data-test=version] [data-test=step-submit]').click();
    await page.locator('[data-test=trouble]').waitFor();
    const told = await page.locator('[data-test=trouble]').innerText();
    assert.match(told, /已有同样的人的这项数据.*取用/s);
    await shoot(page, 'desk-overlap', true);
    // It leads to who holds it.
    const link = page.locator('[data-test=version] [data-test=overlap] a').first();
    const holder = /resources\/([a-z-]+)/.exec(await link.getAttribute('href'))[1];
    assert.notEqual(holder, id);
    await link.click();
    await page.locator('h1', { hasText: (await ask(`/resources/${holder}`)).title }).waitFor();
    await page.close();
  });

  await test('a demand is answered with a resource that the catalogue suggests, and closed', async () => {
    const asked = await ask('/demands', {
      as: 'health', method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ department: 'education', department_title: '教育局', title: `常住人口登记 ${stamp}`, purpose: '学位规划', legal_basis: '办法', wanted_by: '2099-01-01' }),
    });
    await as(context, 'health');
    const page = await open(context, '/desk/#/demands');
    await page.locator('[data-test=demand] .sample').first().waitFor();  // samples are marked
    await shoot(page, 'desk-demands', true);
    await page.locator('[data-test=open-demand]', { hasText: stamp }).click();
    assert.ok(await page.locator('[data-test=step-match]').isDisabled(), 'who asked does not answer');
    await as(context, 'catalogue');
    await reload(page);
    await page.locator('[data-test=suggestion]', { hasText: '常住人口登记' }).locator('button').click();
    await shoot(page, 'desk-demand', true);
    await fitsThePhone(page, 'phone-demand');
    await page.locator('[data-test=confirm]').click();
    await page.locator('[data-test=answer]').waitFor();
    await page.locator('[data-test=step-deliver]').click();
    await page.locator('[data-test=step-close]').waitFor();
    await as(context, 'health');
    await reload(page);
    await page.locator('[data-test=step-close]').click();
    await page.locator('[data-test=demand-state][data-state=closed]').waitFor();
    assert.equal((await ask(`/demands/${asked.demand.id}`)).demand.state, 'closed');
    await page.close();
  });

  await test('who is late stands first, and the hub has reminded by itself', async () => {
    const { items } = await ask('/responsibilities');
    await as(context, 'catalogue');
    const page = await open(context, '/desk/#/responsibilities');
    await page.locator('[data-test=responsibility]').first().waitFor();
    assert.equal(await page.locator('[data-test=responsibility].late').count(), items.filter((one) => one.overdue).length);
    await page.locator('[data-test=reminders] [data-test=notice]').first().waitFor();
    await shoot(page, 'desk-responsibilities', true);
    await fitsThePhone(page, 'phone-responsibilities');
    await page.close();
  });

  await test('a responsibility is laid on a department, and what is asked twice is exempted, by form', async () => {
    const before = (await ask('/responsibilities')).items.length;
    await as(context, 'catalogue');
    const page = await open(context, '/desk/#/responsibilities', { excused: /409/ });
    await page.locator('[data-test=responsibility]').first().waitFor();
    await page.locator('[data-test=add-responsibility]').click();
    const form = page.locator('[data-test=responsibility-form]');
    const choose = async (test, text) => {
      await form.locator(`[data-test=${test}]`).click();
      await page.locator('.el-select-dropdown:visible .el-select-dropdown__item', { hasText: text }).first().click();
    };
    assert.ok(await form.locator('[data-test=resp-add]').isDisabled(), 'nothing is said yet');
    const titleOf = async (id) => (await ask(`/resources/${id}`)).title;
    await choose('resp-resource', await titleOf('venues'));
    await form.locator('[data-test=resp-basis]').fill(`document ${stamp}`);
    await form.locator('[data-test=resp-add]').click();
    await form.locator('.refusal').waitFor();  // each datum is one department's
    await choose('resp-resource', await titleOf('household-visits'));
    await form.locator('.refusal').waitFor({ state: 'detached' });
    await shoot(page, 'desk-responsibility-form');
    await onAPhone(page, 'phone-responsibility-form');
    await form.locator('[data-test=resp-add]').click();
    await form.waitFor({ state: 'detached' });
    const after = (await ask('/responsibilities')).items;
    assert.equal(after.length, before + 1);
    assert.equal(after.filter((one) => one.basis === `document ${stamp}` && one.resource === 'household-visits' && one.department.id === 'housing').length, 1, 'its provider is proposed');
    await page.locator('[data-test=responsibility]').nth(before).waitFor();

    const open_overlaps = page.locator('[data-test=overlap]:not(.allowed)');
    const overlaps = await open_overlaps.count();
    assert.ok(overlaps > 0);
    await open_overlaps.first().locator('[data-test=exempt]').click();
    const exemption = page.locator('[data-test=exemption-form]');
    await exemption.locator('[data-test=exempt-reason]').fill(`reason ${stamp}`);
    await exemption.locator('[data-test=exempt-authority]').fill('data bureau, reply 3');
    await shoot(page, 'desk-exemption-form');
    await onAPhone(page, 'phone-exemption-form');
    await exemption.locator('[data-test=exempt-record]').click();
    await page.locator('[data-test=overlap].allowed', { hasText: `reason ${stamp}` }).first().waitFor();
    assert.equal((await ask('/overlaps')).items.filter((one) => one.exemption?.reason === `reason ${stamp}`).length >= 1, true);
    await page.close();
  });
}

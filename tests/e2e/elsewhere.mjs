// Goal: a system administrator sets up a sign-in service on the desk; staff and residents come in through it and land where they
// were going; a resident sees who looked at them; a wall screen shows figures and nothing else. The service is a real one
// (oidc-provider), run for the purpose.
import assert from 'node:assert/strict';
import { as, ask, base, excuse, member, open, password, reload, shoot, sizes, until } from './browser.mjs';
import { available, makeKey, startProvider } from '../support/oidc.mjs';
import { fitsThePhone, signedInAs } from './identity.mjs';

const stamp = Date.now().toString(36);
const out = { excused: /40[13]|503|Content Security|Failed to load resource/ };
const people = {
  li: { name: '李娜', email: `li.na-${stamp}`, email_verified: true },
};

// The provider's own pages: a login, and a form to agree.
async function passProvider(page, login) {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
}

async function setUp(page, { id, zh, en, audience, issuer, login, create, papers }) {
  await page.locator('[data-test=add-provider]').click();
  await page.locator('[data-test=provider-id]').fill(id);
  await page.locator('[data-test=provider-zh]').fill(zh);
  await page.locator('[data-test=provider-en]').fill(en);
  await page.locator(`[data-test=audience-${audience}]`).click();
  await page.locator('[data-test=provider-issuer]').fill(issuer);
  await page.locator('[data-test=provider-client]').fill('jingwei');
  await page.locator('[data-test=provider-secret]').fill('a-secret-of-tests-long-enough');
  if (login) await page.locator('[data-test=provider-login-claim]').fill(login);
  if (create) await page.locator('[data-test=provider-create]').click();
  if (papers) {
    await page.locator('#provider-scopes').fill('openid profile document');
    await page.locator('[data-test=provider-kind-claim]').fill('doc_type');
    await page.locator('[data-test=provider-number-claim]').fill('doc_no');
    await page.locator('#provider-words').fill('516=home_return_permit');
  }
  await shoot(page, `providers-form-${audience}`);
  await page.locator('[data-test=save-provider]').click();
  await page.locator(`[data-test=provider-row][data-provider=${id}]`).waitFor();
}

export async function elsewhereTests({ context, test, skip }) {
  if (!available()) {
    await test('people sign in at a service elsewhere', async () => skip('oidc-provider is not installed'));
    return;
  }
  const provider = await startProvider({ people, clients: [{ client_id: 'jingwei', client_secret: 'a-secret-of-tests-long-enough', redirect_uris: [`${base}/desk/return`] }], keys: [makeKey('first')] });
  excuse(provider.issuer);
  excuse('https://fonts.googleapis.com/');  // which the provider's pages ask for
  const staff = `sso-${stamp}`;
  const citizens = `id-${stamp}`;

  await test('a system administrator sets up a sign-in service and sees that it answers', async () => {
    await as(context, 'sysadmin');
    const page = await open(context, '/desk/#/providers', { excused: /400/ });
    await page.locator('[data-test=add-provider]').click();
    await page.locator('[data-test=provider-id]').fill('bad');
    await page.locator('[data-test=provider-zh]').fill('坏');
    await page.locator('[data-test=provider-en]').fill('Bad');
    await page.locator('[data-test=provider-issuer]').fill('http://id.example');
    await page.locator('[data-test=provider-client]').fill('x');
    await page.locator('[data-test=save-provider]').click();
    await page.locator('.el-form-item__error').waitFor();
    await page.reload();
    await setUp(page, { id: staff, zh: '市统一认证', en: 'City sign-in', audience: 'staff', issuer: provider.issuer, login: 'email', create: true });
    await setUp(page, { id: citizens, zh: '公民身份认证', en: 'Citizen ID', audience: 'resident', issuer: provider.issuer, papers: true });
    await page.locator(`[data-provider=${staff}] [data-test=try-provider]`).click();
    await page.locator('[data-test=tried]').waitFor();
    assert.match(await page.locator('[data-test=tried]').innerText(), /1 把可用的签名公钥/);
    await shoot(page, 'providers');
    await fitsThePhone(page, 'phone-providers');
    await page.close();
  }, { core: true });

  await test('staff sign in there and land where they were going', async () => {
    await member(people.li.email, { name: '李娜', role: 'catalogue-officer' });
    await context.clearCookies();
    const page = await open(context, '/desk/#/quality', out);
    await page.locator(`[data-provider=${staff}]`).waitFor();
    await shoot(page, 'sign-in-elsewhere');
    await page.locator(`[data-provider=${staff}]`).click();
    await page.locator('input[name=login]').waitFor();
    assert.ok(page.url().startsWith(provider.issuer));
    await passProvider(page, 'li');
    await signedInAs(page, '李娜');
    assert.match(page.url(), /#\/quality$/);
    assert.equal(await page.evaluate(() => document.cookie), '');
    await page.close();
  }, { core: true });

  await test('an address that was not asked for, or has served, leads to a sentence and back to sign in', async () => {
    await context.clearCookies();
    const page = await open(context, '/desk/return?state=made-up&code=made-up', out);
    await page.locator('[data-test=refusal]').waitFor();
    assert.match(await page.locator('[data-test=refusal]').innerText(), /请重新登录/);
    await shoot(page, 'return-refused');
    await page.locator('[data-test=again]').click();
    await page.locator('[data-test=sign-in]').waitFor();
    await page.close();
  });

  await test('a resident comes in by their paper and sees who looked at them', async () => {
    // Somebody whose record stands here.
    const reader = { as: 'police', headers: { 'Jingwei-Purpose': 'grid-services' } };
    const record = (await ask('/resources/resident-register/records?limit=1', reader)).items[0].id;
    const { fields } = await ask(`/resources/resident-register/records/${record}`, reader);
    people.chen = { name: '陈大文', doc_type: 'citizen_id', doc_no: fields.citizen_id };
    await context.clearCookies();
    const page = await open(context, '/desk/#/sign-in', { ...out, size: sizes.phone });
    await page.locator('[data-test=way-resident]').click();
    await shoot(page, 'phone-sign-in-citizen');
    await page.locator(`[data-provider=${citizens}]`).click();
    await passProvider(page, 'chen');
    await page.locator('[data-test=paper]').waitFor();
    assert.match(await page.locator('[data-test=paper]').innerText(), /居民身份证 \*+[\dX]{4}/);
    await shoot(page, 'phone-papers', true);
    await page.locator('[data-test=to-looks]').click();
    await page.locator('[data-test=looks][data-verified=true]').waitFor();
    // An officer opens the resident's record; the look appears.
    await ask(`/resources/resident-register/records/${record}`, reader);
    // The sequencer takes an entry within a second.
    for (let turn = 0; turn < 20 && (await page.locator('[data-test=look]').count()) < 2; ++turn) {
      await page.waitForTimeout(300);
      await reload(page);
      await page.locator('[data-test=look], [data-test=empty]').first().waitFor();
    }
    assert.match(await page.locator('[data-test=look]').first().innerText(), /公安/);
    await shoot(page, 'phone-looks', true);
    await page.close();
  }, { core: true });

  await test('a browser becomes a wall screen: it shows figures, and nothing of whoever made it one', async () => {
    const login = await member(`wall-${stamp}`, { name: '大屏员', role: 'leader' });
    await as(context, login);
    const { token } = await ask('/sessions', { as: null, method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login, password, token: true }) });
    await context.clearCookies();
    await context.addCookies([{ name: 'jingwei_session', value: token, url: base, httpOnly: true, sameSite: 'Strict' }]);
    const page = await open(context, '/desk/#/account', { excused: /403/ });
    await page.locator('[data-test=ask-screen]').click();
    await page.locator('[data-test=screen-label]').fill('指挥大厅');
    await page.locator('[data-test=become-screen]').click();
    await page.waitForURL((url) => url.pathname === '/');
    await page.locator('main h1').waitFor();
    await shoot(page, 'wall-screen');
    const mine = await page.evaluate(async () => (await fetch('/api/v1/me')).json());
    assert.deepEqual(mine.permissions.filter((one) => one.includes('.') && one !== 'system.read').sort(), ['case.own', 'catalog.read', 'metrics.read', 'region.read']);
    await page.close();
  }, { core: true });

  await test('a person of the audit log is shown by name and office', async () => {
    await as(context, 'auditor');
    const page = await open(context, '/desk/#/audit');
    await page.locator('[data-test=entry]').first().waitFor();
    await until(page, () => /演示|李娜|（/.test(document.querySelector('.lines')?.textContent ?? ''));
    await shoot(page, 'audit-names');
    await page.close();
  });

  await provider.stop();
}

// Goal: the security administrator makes accounts, gives and takes roles and looks at who broke the glass; what each may see follows at once.
import assert from 'node:assert/strict';
import { as, ask, base, member, open, password, reload, shoot, soon } from './browser.mjs';
import { fitsThePhone, signedInAs, signIn } from './identity.mjs';

const stamp = Date.now().toString(36);

// Chooses a value in one of Element Plus's selects.
async function choose(page, place, value) {
  await place.click();
  await page.locator(`.el-select-dropdown__item[data-value="${value}"]:visible`).click();
}

async function pickRegion(page, place, code) {
  await place.locator('input').fill(code);
  await page.locator('.el-autocomplete-suggestion .found:visible').first().click();
}

export async function accountTests({ context, system, test }) {
  await test('an account lives: made, given a role, first password changed, reset, closed and opened again', async () => {
    const login = `life-${stamp}`;
    await as(context, 'security');
    const page = await open(context, '/desk/#/accounts', { excused: /4(01|03|09|22|00)/ });
    await page.locator('[data-test=account-row]').first().waitFor();
    await shoot(page, 'desk-accounts');
    await fitsThePhone(page, 'phone-accounts');
    await page.locator('[data-test=add-account]').click();
    await page.locator('[data-test=new-name]').fill('生一');
    await page.locator('[data-test=new-login]').fill('security');
    await page.locator('[data-test=create-account]').click();
    await page.locator('[data-test=account-form] .el-form-item__error, [data-test=account-refusal]').first().waitFor();
    await page.locator('[data-test=new-login]').fill(login);
    await shoot(page, 'desk-account-new');
    await page.locator('[data-test=create-account]').click();
    const once = page.locator('[data-test=shown-once] [data-test=secret]');
    const first = await once.innerText();
    await page.waitForTimeout(300);
    await shoot(page, 'desk-account-password');
    await page.locator('[data-test=to-account]').click();
    await page.locator('[data-test=one-account]').waitFor();
    await page.locator('[data-test=ask-grant]').click();
    await choose(page, page.locator('[data-test=grant-role]'), 'catalogue-officer');
    await page.locator('[data-test=grant-reason]').fill('试用');
    await shoot(page, 'desk-account-grant', true);
    await fitsThePhone(page, 'phone-account-grant');
    await page.locator('[data-test=give]').click();
    await page.locator('[data-test=grant][data-role=catalogue-officer]').waitFor();

    // A second administration in one hand is refused with a sentence.
    const administrator = await ask('/accounts?limit=200', { as: 'security' }).then(({ items }) => items.find((one) => one.login === 'auditor'));
    await page.goto(`${base}/desk/#/accounts/${administrator.id}`);
    await page.locator('h1', { hasText: '审计' }).waitFor();
    await page.locator('[data-test=ask-grant]').click();
    await choose(page, page.locator('[data-test=grant-role]'), 'system-admin');
    await page.locator('[data-test=give]').click();
    await page.locator('[data-test=grant-form] .el-form-item__error, [data-test=grant-refusal]').first().waitFor();
    assert.match(await page.locator('[data-test=grant-form]').innerText(), /不得兼任/);
    const address = page.url();

    // The person comes with the first password and changes it before anything else.
    await context.clearCookies();
    const own = await open(context, '/desk/#/demands', { excused: /4(01|22|00)/ });
    await signIn(own, login, first);
    await own.locator('[data-test=account][data-first=password]').waitFor();
    assert.equal(await own.locator('nav.pages a').count(), 0, 'nothing else is open yet');
    await own.goto(`${base}/desk/#/demands`);
    await own.locator('[data-test=first]').waitFor();
    await own.locator('[data-test=present]').fill(first);
    await own.locator('[data-test=new-password]').fill('12345678');
    await own.locator('[data-test=password-again]').fill('12345678');
    await own.locator('[data-test=change-password]').click();
    await own.locator('[data-test=password-form] .el-form-item__error').waitFor();
    await shoot(own, 'account-first');
    await fitsThePhone(own, 'phone-account-first');
    await own.locator('[data-test=new-password]').fill(password);
    await own.locator('[data-test=password-again]').fill(password);
    await own.locator('[data-test=change-password]').click();
    await own.locator('[data-test=go-on]').click();
    await own.locator('[data-test=resource]').first().waitFor();
    assert.match(await own.locator('[data-test=my-roles]').textContent(), /目录管理员/);

    // Reset and closing end the session at once.
    const id = (await ask('/accounts?limit=200', { as: 'security' })).items.find((one) => one.login === login).id;
    const cookies = await context.cookies();
    await as(context, 'security');
    await page.goto(`${base}/desk/#/accounts/${id}`);
    await reload(page);
    await page.locator('[data-test=ask-reset]').click();
    await page.locator('[data-test=sure]').click();
    await once.waitFor();
    await shoot(page, 'desk-account', true);
    await fitsThePhone(page, 'phone-account-one');
    await page.locator('[data-test=ask-close]').click();
    await page.locator('[data-test=sure]').click();
    await page.locator('[data-test=one-account][data-state=closed]').waitFor();
    await context.clearCookies();
    await context.addCookies(cookies);
    await own.locator('nav.pages a[data-page=demands]').click();
    await own.locator('[data-test=sign-in]').waitFor();
    await signIn(own, login, password);
    await own.locator('[data-test=refusal]').waitFor();
    await own.close();

    await as(context, 'security');
    await reload(page);
    await page.locator('[data-test=open-again]').click();
    await page.locator('[data-test=one-account][data-state=open]').waitFor();
    await page.locator('[data-test=end-grant]').first().click();
    await page.locator('[data-test=grant][data-ended=true]').waitFor();
    assert.notEqual(address, page.url());
    await page.close();
  }, { core: true });

  await test('a program gets a key that is shown once, works, and is revoked', async () => {
    await as(context, 'security');
    const page = await open(context, '/desk/#/accounts');
    await page.locator('[data-test=add-account]').click();
    await choose(page, page.locator('[data-test=new-kind]'), 'client');
    await page.locator('[data-test=new-name]').fill(`诊所系统 ${stamp}`);
    await choose(page, page.locator('[data-test=account-form] [data-test=department]'), 'health-commission');
    await page.locator('[data-test=create-account]').click();
    await page.locator('[data-test=to-account]').click();
    await page.locator('[data-test=ask-key]').click();
    await page.locator('[data-test=key-label]').fill('每晚上传');
    await page.locator('[data-test=make-key]').click();
    const key = await page.locator('[data-test=secret]').innerText();
    await shoot(page, 'desk-account-key', true);
    const call = () => fetch(`${base}/api/v1/me`, { headers: { Authorization: `Bearer ${key}` } }).then((answer) => answer.status);
    assert.equal(await call(), 200);
    await page.locator('[data-test=token][data-kind=key] [data-test=end-token]').click();
    await page.locator('[data-test=token]').waitFor({ state: 'detached' });
    assert.equal(await call(), 401);
    await page.close();
  });

  await test('a role is copied, refused with two administrations, saved, held and removed', async () => {
    const id = `watch-${stamp}`;
    await as(context, 'security');
    const page = await open(context, '/desk/#/roles', { excused: /4(00|09|22)/ });
    await page.locator('[data-test=role-row][data-role=street-staff]').waitFor();
    await shoot(page, 'desk-roles', true);
    await fitsThePhone(page, 'phone-roles');
    await page.locator('[data-test=role-row][data-role=street-staff]').click();
    await page.locator('[data-test=role][data-built-in=true]').waitFor();
    assert.equal(await page.locator('[data-test=save-role]').count(), 0, 'a built-in role stays as it is');
    await page.locator('[data-test=copy-role]').click();
    await page.locator('[data-test=role-id]').fill(id);
    await page.locator('[data-test=role-zh]').fill('夜班值守');
    await page.locator('[data-test=role-en]').fill('Night watch');
    await page.locator('[data-permission="audit.read"]').check();
    await page.locator('[data-permission="keys.read"]').check();
    await page.locator('[data-test=clash]').waitFor();
    await page.locator('[data-test=save-role]').click();
    await page.locator('[data-test=role-refusal]').waitFor();
    assert.match(await page.locator('[data-test=role-refusal]').innerText(), /不能兼有/);
    await shoot(page, 'desk-role-refused', true);
    await page.locator('[data-permission="audit.read"]').uncheck();
    await page.locator('[data-permission="keys.read"]').uncheck();
    await page.locator('[data-permission="record.write"]').uncheck();
    await page.locator('[data-class=identifier]').uncheck();
    await page.locator('[data-purposes=some]').check();
    await page.locator('[data-test=role-purposes]').click();
    await page.locator('.el-select-dropdown__item[data-value=grid-services]:visible').click();
    await page.keyboard.press('Escape');
    await shoot(page, 'desk-role', true);
    await fitsThePhone(page, 'phone-role');
    await page.locator('[data-test=save-role]').click();
    await page.locator('[data-test=role][data-built-in=false]').waitFor();
    const kept = await ask(`/roles/${id}`, { as: 'security' });
    assert.deepEqual(kept.purposes, ['grid-services']);
    assert.ok(!kept.permissions.includes('record.write') && kept.permissions.includes('record.read'));
    assert.ok(!kept.classes.includes('identifier') && kept.classes.includes('name'));

    // Held, it cannot be removed; who held it loses it at once.
    const login = await member(`night-${stamp}`, { name: '夜一', role: id });
    assert.ok((await ask('/me', { as: login })).permissions.includes('record.read'));
    await page.locator('[data-test=ask-remove]').click();
    await page.locator('[data-test=remove-role]').click();
    await page.locator('[data-test=role-refusal]').waitFor();
    const account = (await ask('/accounts?limit=200', { as: 'security' })).items.find((one) => one.login === login);
    const { grants } = await ask(`/accounts/${account.id}`, { as: 'security' });
    await ask(`/grants/${grants[0].id}`, { as: 'security', method: 'DELETE' });
    assert.ok(!(await ask('/me', { as: login })).permissions.includes('record.read'));
    await page.locator('[data-test=ask-remove]').click();
    await page.locator('[data-test=remove-role]').click();
    await page.locator('[data-test=role-row]').first().waitFor();
    assert.equal(await page.locator(`[data-role="${id}"]`).count(), 0);
    await page.close();
  });

  await test('a grant is lent for days off, not for longer than a month', async () => {
    const [lender, colleague] = [await member(`lender-${stamp}`, { name: '休一', role: 'data-officer', department: 'public-security' }), await member(`stand-in-${stamp}`, { name: '代二', role: 'checkpoint' })];
    await as(context, lender);
    const page = await open(context, '/desk/#/account', { excused: /4(00|04|22)/ });
    await page.locator('[data-test=ask-lend]').click();
    await page.locator('[data-test=lend-to]').fill(colleague);
    const until = page.locator('[data-test=lend-until] input');
    const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const type = async (text) => {
      await until.fill(text);
      await until.press('Tab');  // Enter would send the form
    };
    await type(`${day(90)} 08:00:00`);
    await page.locator('[data-test=lend-reason]').fill('探亲');
    await page.locator('[data-test=lend]').click();
    await page.locator('[data-test=lending-form] .el-form-item__error').waitFor();
    assert.match(await page.locator('[data-test=lending-form] .el-form-item__error').innerText(), /最长/);
    await type(`${day(7)} 08:00:00`);
    await shoot(page, 'account-lend');
    await page.locator('[data-test=lend]').click();
    await page.locator('[data-test=lent]').waitFor();
    assert.ok((await ask('/me', { as: colleague })).permissions.includes('ingest.write'));
    await page.close();
  });

  await test('who breaks the glass says why, reads, and is looked at by somebody else with the log', async () => {
    const { items: districts } = await ask(`/regions/${system.root_region.code}/children`);
    const reason = `走失老人 ${stamp}`;
    await as(context, 'street');
    const page = await open(context, '/desk/#/account');
    await page.locator('[data-test=ask-break]').click();
    assert.ok(await page.locator('[data-test=break]').isDisabled(), 'it asks where and why');
    await pickRegion(page, page.locator('[data-test=break-glass] .el-autocomplete'), districts.at(-1).name);
    await page.locator('[data-test=glass-reason]').fill(reason);
    await shoot(page, 'account-break-glass');
    await page.locator('[data-test=break]').click();
    await page.locator('[data-test=glass-broken]').waitFor();
    await page.close();
    const read = await ask(`/resources/resident-register/records?under=${districts.at(-1).code}&limit=5`, { as: 'street', headers: { 'Jingwei-Purpose': 'epidemic-control' } });
    assert.ok(read.items.length > 0, 'records of the other district are open');

    await as(context, 'security');
    const reviews = await open(context, '/desk/#/reviews');
    const row = reviews.locator('[data-test=reviews-open] [data-test=review]', { hasText: reason });
    await row.waitFor();
    await shoot(reviews, 'desk-reviews');
    await fitsThePhone(reviews, 'phone-reviews');
    await row.locator('[data-test=do-review]').click();
    await reviews.locator('[data-test=reviews-reviewed] [data-test=review]', { hasText: reason }).waitFor();
    const grant = await row.count();
    assert.equal(grant, 0, 'it is looked at');
    await reviews.close();

    const broken = (await ask('/grants?kind=break_glass&limit=50', { as: 'security' })).items.find((one) => one.reason === reason);
    assert.ok(broken.reviewed_at !== null);
    await as(context, 'auditor');
    const audit = await open(context, `/desk/#/audit?actor=account:${broken.account}&from=${encodeURIComponent(broken.from)}&to=${encodeURIComponent(broken.until)}`);
    await audit.locator('[data-test=entry][data-event^="record."]').first().waitFor();
    await shoot(audit, 'desk-audit-glass');
    await audit.close();
    // Nobody may go on reading for the other tests: the glass is mended.
    await ask(`/grants/${broken.id}`, { as: 'security', method: 'DELETE' });
  }, { core: true });

  await test('a grid worker sees their own grid only, and personal data only for a purpose', async () => {
    const mine = (await ask('/me', { as: 'grid' })).grants[0].region;
    const { items: all } = await ask('/resources/household-visits/records?limit=200', { as: 'grid' });
    assert.ok(all.length > 0, 'there is something to see');
    assert.deepEqual([...new Set(all.map((one) => one.region.code))].filter((code) => !code.startsWith(mine)), []);
    await as(context, 'grid');
    const page = await open(context, '/desk/#/resources/household-visits');
    await page.locator('[data-test=records] tbody tr').first().waitFor();
    const places = await page.locator('[data-test=records] a[href^="#/regions/"]').evaluateAll((links) => [...new Set(links.map((one) => one.getAttribute('href').split('/').pop()))]);
    assert.ok(places.length > 0 && places.every((code) => code.startsWith(mine)), `others' places: ${places}`);
    await page.locator('[data-test=purpose-none]').waitFor();
    const before = await page.locator('[data-test=records] tbody').innerText();
    assert.match(before, /\*/);
    await shoot(page, 'desk-records-masked');
    await choose(page, page.locator('[data-test=purpose-choice]'), 'grid-services');
    await page.locator('[data-test=purpose-open]').waitFor();
    await soon('the names', async () => (await page.locator('[data-test=records] tbody').innerText()) !== before);
    await page.waitForTimeout(300);
    await shoot(page, 'desk-records-open');
    await fitsThePhone(page, 'phone-records-open');
    await page.close();
  }, { core: true });
}

// The pages in a real browser against a running hub on a demo city.
//   JINGWEI_URL=http://127.0.0.1:8480 JINGWEI_SHOTS=/some/folder node tests/e2e/run.mjs [--core] [--only WORDS]
// --core: only the tests marked so, those in which the store has a part. --only: those whose name holds the words.
// Prints TAP lines and ends with "N passed, N failed, N skipped"; exit code 1 when any failed.
import assert from 'node:assert/strict';
import { as, ask, base, open, shoot, sizes, startBrowser, trouble } from './browser.mjs';
import { accountTests } from './accounts.mjs';
import { auditTests } from './audit.mjs';
import { caseTests } from './cases.mjs';
import { catalogTests } from './catalog.mjs';
import { formsTests } from './forms.mjs';
import { cockpitTests } from './cockpit.mjs';
import { deskTests } from './desk.mjs';
import { elsewhereTests } from './elsewhere.mjs';
import { galleryTests } from './gallery.mjs';
import { identityTests } from './identity.mjs';
import { noticeTests } from './notices.mjs';
import { open311Tests } from './open311.mjs';
import { operationsTests } from './operations.mjs';
import { packageTests } from './packages.mjs';
import { pocketTests } from './pocket.mjs';
import { purposeTests } from './purpose.mjs';
import { registryTests } from './registry.mjs';
import { qualityTests } from './quality.mjs';
import { sourceTests } from './sources.mjs';
import { tileTests } from './tiles.mjs';

const outcome = { passed: 0, failed: 0, skipped: 0 };
let number = 0;

class Skip extends Error {}
const skip = (why) => { throw new Skip(why); };

const core_only = process.argv.includes('--core');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : '';

async function test(name, body, { core = false } = {}) {
  if ((core_only && !core) || !name.includes(only)) return;
  ++number;
  try {
    await body();
    ++outcome.passed;
    console.log(`ok ${number} - ${name}`);
  } catch (cause) {
    if (cause instanceof Skip) {
      ++outcome.skipped;
      console.log(`ok ${number} - ${name} # SKIP ${cause.message}`);
      return;
    }
    ++outcome.failed;
    console.log(`not ok ${number} - ${name}`);
    console.log(String(cause.stack ?? cause).split('\n').slice(0, 14).map((line) => `  # ${line}`).join('\n'));
  }
}

// Who reads each page.
const pages = {
  leader: ['/', '/desk/#/quality', '/desk/#/purposes'], police: ['/desk/#/resources', '/desk/#/upload', '/desk/#/batches', '/desk/#/sources', '/desk/#/rules', '/desk/#/regions', '/desk/#/objections', '/api/'],
  security: ['/desk/#/accounts', '/desk/#/roles', '/desk/#/roles/data-officer', '/desk/#/reviews'], street: ['/desk/#/account'], catalogue: ['/desk/#/drafts', '/desk/#/demands', '/desk/#/responsibilities'], auditor: ['/desk/#/audit'], sysadmin: ['/desk/#/operations', '/desk/#/packages', '/desk/#/providers'],
};

async function generalTests(context, system) {
  const nation = `/?region=${(await ask(`/regions/${system.root_region.code}`)).path[0].code}`;
  for (const [login, path] of [...Object.entries(pages).flatMap(([one, all]) => all.map((page) => [one, page])), ['leader', nation]]) {
    await test(`${path} fits a phone without scrolling sideways`, async () => {
      await as(context, login);
      const page = await open(context, path, { size: sizes.phone });
      await page.locator('h1').first().waitFor();
      await page.waitForTimeout(400);
      const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      await shoot(page, `phone${path.replace(/\W+/g, '-').replace(/-$/, '') || '-cockpit'}`, true);
      await page.close();
      assert.ok(content <= window_, `${content} px wide in a window of ${window_}`);
    });
  }
  await test('every page says that the data are synthetic', async () => {
    if (!system.synthetic) skip('this hub holds no synthetic city');
    await as(context, 'leader');
    for (const path of ['/', '/desk/']) {
      const page = await open(context, path);
      await page.locator('[data-test=synthetic]').waitFor();
      await page.close();
    }
  });
  await test('the API page lists operations with their permission and tries a GET', async () => {
    const page = await open(context, '/api/');
    const card = page.locator('details.operation').first();
    await card.waitFor();
    assert.ok((await page.locator('details.operation').count()) >= 2);
    const get = page.locator('details[data-operation=get_region]');
    await get.locator('summary').click();
    assert.match(await get.locator('.meta').innerText(), /region\.read/);
    await get.locator('input[name=code]').fill(system.root_region.code);
    await get.locator('button[type=submit]').click();
    await get.locator('.got').waitFor();
    assert.ok((await get.locator('.got').innerText()).includes(system.root_region.name));
    await shoot(page, 'api');
    await page.close();
  });
}

const system = await ask('/system', { as: null }).catch((cause) => { console.log(`Bail out! No hub at ${base}: ${cause.message}`); process.exit(1); });
const browser = await startBrowser();
try {
  const suite = { context: browser.context, system, test, skip };
  await identityTests(suite);
  await elsewhereTests(suite);
  await accountTests(suite);
  await formsTests(suite);
  await cockpitTests(suite);
  await deskTests(suite);
  await operationsTests(suite);
  await packageTests(suite);
  await auditTests(suite);
  await sourceTests(suite);
  await caseTests(suite);
  await pocketTests(suite);
  await noticeTests(suite);
  await galleryTests(suite);
  await tileTests(suite);
  await open311Tests(suite);
  await catalogTests(suite);
  await qualityTests(suite);
  await registryTests(suite);
  await generalTests(browser.context, system);
  await purposeTests(suite);
  await test('no page wrote an error to the console', () => assert.deepEqual(trouble.console, []), { core: true });
  await test('no page asked a server but the hub', () => assert.deepEqual([...new Set(trouble.external)], []), { core: true });
} finally {
  await browser.stop();
}
console.log(`1..${number}`);
console.log(`${outcome.passed} passed, ${outcome.failed} failed${outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : ''}`);
process.exit(outcome.failed > 0 ? 1 : 0);

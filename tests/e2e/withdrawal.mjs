// Goal: a data officer sees what taking a wrong file back would do, does it, and the figures are as before.
import assert from 'node:assert/strict';
import { ask, open, shoot, sizes, soon } from './browser.mjs';
import { makeFile } from './rows.mjs';

async function totalOf(metric, region) {
  const series = await ask(`/metrics/series?metric=${metric}&region=${region}`);
  return JSON.stringify(series.days ?? series);
}

export async function withdrawalTests({ context, system, test, skip }, resource, grid) {
  await test('a wrong file is withdrawn: foretold, confirmed, undone', async () => {
    if (resource === null) skip('no resource with a citizen ID and a phone');
    const metric = resource.metrics.find((one) => one.kind === 'count').id;
    const before = await totalOf(metric, system.root_region.code);
    const good = 40;
    const file = makeFile(resource, grid.code, Math.floor(Date.now() / 250) % 16_000_000 + 32_000_000, good);
    const sent = await ask(`/resources/${resource.id}/batches?filename=wrong.csv`, {
      as: 'police', method: 'POST', headers: { 'Content-Type': 'text/csv', 'Idempotency-Key': `wrong-${Date.now()}` }, body: file.text,
    });
    const page = await open(context, `/desk/#/batches/${sent.id}`);
    await page.locator('[data-test=batch][data-state=done]').waitFor({ timeout: 60_000 });
    await soon('the figure with the wrong file', async () => (await totalOf(metric, system.root_region.code)) !== before);

    await page.locator('[data-test=withdraw]').click();
    const plan = page.locator('[data-test=withdrawal-plan]');
    await plan.locator('[data-kind=ends]').waitFor();
    assert.equal(Number(await plan.locator('[data-kind=ends]').getAttribute('data-value')), good);
    assert.match(await plan.locator('.figures').innerText(), new RegExp(`\u2212${good}`));
    assert.equal(await plan.locator('[data-test=withdrawn-record][data-outcome=ends]').count(), 20);
    await plan.locator('[data-test=withdrawn-more]').click();
    await plan.locator('[data-test=withdrawn-record]').nth(good - 1).waitFor();
    assert.ok(await page.locator('[data-test=withdrawal-confirm]').isDisabled(), 'no reason was given yet');
    await page.locator('[data-test=withdrawal-reason]').fill('\u62a5\u9519\u4e86\u6587\u4ef6');
    await page.waitForTimeout(400);
    await shoot(page, 'desk-withdrawal');
    await page.setViewportSize(sizes.phone);
    await shoot(page, 'phone-withdrawal');
    await page.setViewportSize(sizes.desk);
    await page.locator('[data-test=withdrawal-confirm]').click();
    await page.locator('[data-test=withdrawal][data-state=done]').waitFor({ timeout: 30_000 });
    await shoot(page, 'desk-withdrawn', true);
    await page.setViewportSize(sizes.phone);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'scrolls sideways');
    await page.close();

    await soon('the figure as it was', async () => (await totalOf(metric, system.root_region.code)) === before);
    assert.equal((await ask(`/batches/${sent.id}`)).withdrawal, 'done');
    assert.equal((await ask(`/batches/${sent.id}/records`, { as: 'police' })).items.length, 0);
  }, { core: true });
}

// Goal: what scenario packages declare for the cockpit stands on it, for the region in view, moves as cases do, and comes and goes with its package.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { as, ask, open, reload, shoot, sizes, soon, switchLanguage, until } from './browser.mjs';
import { shows } from './cockpit.mjs';
import { packageOf } from './packages.mjs';
import { mustBeUsable } from './pocket.mjs';

const json = { 'Content-Type': 'application/json' };
const scenarios = new URL('../../scenarios/', import.meta.url);
const declaring = readdirSync(scenarios).filter((id) => {
  try {
    return readFileSync(new URL(`${id}/cockpit.yaml`, scenarios), 'utf8').includes('tiles:');
  } catch {
    return false;
  }
});
const valueOf = (page, id, tile) => page.locator(`[data-test=tile-group][data-package="${id}"] [data-test=service-tile][data-tile="${tile}"]`).getAttribute('data-value');

export async function tileTests({ context, system, test }) {
  const city = system.root_region.code;

  await test('the tiles of all packages stand on the cockpit in both languages, wide and narrow', async () => {
    await as(context, 'leader');
    const page = await open(context, '/');
    await shows(page, city);
    await page.locator('[data-test=tile-group]').first().waitFor();
    const shown = await page.locator('[data-test=tile-group]').evaluateAll((groups) => groups.map((group) => group.dataset.package));
    assert.ok(declaring.length >= 9, `${declaring.length} packages`);
    for (const id of declaring) assert.ok(shown.includes(id), `${id} shows no tile`);
    const declared = (await ask('/tiles', { as: 'leader' })).items;
    assert.equal(await page.locator('[data-test=service-tile]').count(), declared.flatMap((group) => group.tiles).length);
    const doubled = await page.locator('[data-test=card]').evaluateAll((cards) => cards.map((card) => card.dataset.metric));
    for (const tile of declared.flatMap((group) => group.tiles)) assert.ok(!doubled.includes(tile.metric), `${tile.metric} is a tile and a card`);
    await shoot(page, 'cockpit-tiles');
    await page.locator('[data-test=services]').scrollIntoViewIfNeeded();
    await page.locator('[data-test=tile-group]').last().scrollIntoViewIfNeeded();
    await shoot(page, 'cockpit-tiles-below');
    await mustBeUsable(page, 'cockpit with tiles', { touch: false });
    await switchLanguage(page);
    await until(page, (title) => [...document.querySelectorAll('[data-test=tile-group] h2')].some((one) => one.textContent === title), 'Grid events');
    await page.setViewportSize(sizes.phone);
    await mustBeUsable(page, 'cockpit with tiles on a phone', { touch: false });
    await shoot(page, 'phone-cockpit-tiles', true);
    await page.setViewportSize(sizes.desk);
    await switchLanguage(page);
    await page.close();
  });

  await test('a case that is opened moves its tiles at once, there and no further', async () => {
    await as(context, 'leader');
    const grid = (await ask('/me', { as: 'grid' })).grants[0].region;
    const page = await open(context, '/');
    await shows(page, city);
    await page.locator('[data-test=live][data-state=open]').waitFor();
    await page.locator('[data-test=tile-group][data-package=grid-event]').waitFor();
    const before = Number(await valueOf(page, 'grid-event', 'reported'));
    await ask('/processes/grid-event/cases', { as: 'grid', method: 'POST', headers: json, body: JSON.stringify({ form: { category: 'rubbish', urgency: 'usual', description: '\u8def\u53e3\u5806\u653e\u5783\u573e', grid } }) });
    await until(page, (least) => Number(document.querySelector('[data-package=grid-event] [data-tile=reported]').dataset.value) >= least, before + 1);
    // Its metric colours the large map.
    await page.locator('[data-package=grid-event] [data-tile=reported] button').click();
    assert.equal(new URL(page.url()).searchParams.get('metric'), 'grid-events-opened');
    await page.locator('[data-package=grid-event] [data-tile=reported] button[aria-pressed=true]').waitFor();
    // The region in view decides.
    const other = (await ask(`/regions/${city}/children`)).items.find((child) => !grid.startsWith(child.code));
    await page.locator(`[data-test=child][data-code="${other.code}"]`).click();
    await shows(page, other.code);
    await soon('the figure of that district', async () => {
      const { cards } = await ask(`/cockpit?region=${other.code}`, { as: 'leader' });
      return Number(await valueOf(page, 'grid-event', 'reported')) === (cards.find((card) => card.metric === 'grid-events-opened')?.total ?? 0);
    });
    await page.close();
  });

  await test('the tiles of a package come with its installation and go with its removal', async () => {
    const id = `e2e-tile-${Date.now() % 100_000}`;
    const zip = packageOf(id);
    await ask('/packages?reason=e2e', { as: 'sysadmin', method: 'POST', headers: { 'Content-Type': 'application/zip' }, body: zip });
    await as(context, 'leader');
    const page = await open(context, '/');
    await shows(page, city);
    await page.locator(`[data-test=tile-group][data-package=${id}] [data-test=service-tile][data-value="0"]`).waitFor();
    await ask(`/packages/${id}/removal`, { as: 'sysadmin', method: 'POST', headers: json, body: JSON.stringify({ reason: 'e2e is over' }) });
    await reload(page);
    await shows(page, city);
    await page.locator('[data-test=tile-group]').first().waitFor();
    assert.equal(await page.locator(`[data-test=tile-group][data-package=${id}]`).count(), 0);
    await page.close();
  });
}

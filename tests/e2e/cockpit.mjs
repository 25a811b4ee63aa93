// Goal: a mayor drills from the city to one grid and back, the figures add up, and the picture stays live.
import assert from 'node:assert/strict';
import { as, ask, open, reload, shoot, sizes, until } from './browser.mjs';

export const shows = async (page, code) => {
  await page.locator(`[data-test=board][data-region="${code}"][data-loading=false]`).waitFor();
};

// Sum of the children and what belongs to none of them, and the total of the selected card, read at one moment.
const figures = (page) => page.evaluate(() => ({
  sum: Number(document.querySelector('[data-test=sum]')?.dataset.sum ?? NaN) + Number(document.querySelector('[data-test=rest]')?.dataset.value ?? 0),
  total: Number(document.querySelector('[data-test=card][aria-pressed=true]')?.dataset.total ?? NaN),
  children: document.querySelectorAll('[data-test=child]').length,
}));

async function largestChild(page) {
  const child = page.locator('[data-test=child]').first();
  return child.getAttribute('data-code');
}

export async function cockpitTests({ context, system, test, skip }) {
  const city = system.root_region.code;
  await as(context, 'leader');
  const region = await ask(`/regions/${city}`);

  await test('the cockpit opens on the city with its map, figures and live mark', async () => {
    const page = await open(context, '/');
    await shows(page, city);
    await page.locator('[data-test=live][data-state=open]').waitFor();
    assert.equal(await page.locator('[data-test=city]').innerText(), system.name);
    assert.ok((await page.locator('[data-test=card]').count()) > 0, 'no cards');
    const areas = await page.locator('[data-test=area]').count();
    assert.equal(areas, (await ask(`/regions/${city}/boundaries`)).features.length);
    assert.ok(areas > 0, 'no polygons');
    await shoot(page, 'cockpit-city');
    await page.close();
  }, { core: true });

  await test('drilling reaches a grid, the children add up at every level, and back returns the same way', async () => {
    const page = await open(context, '/');
    await shows(page, city);
    const way = [city];
    for (let level = region.level; level < 6; ++level) {
      const { sum, total, children } = await figures(page);
      assert.ok(children > 0, `no children below ${way.at(-1)}`);
      assert.equal(sum, total, `children of ${way.at(-1)} do not add up`);
      const next = await largestChild(page);
      // By map on the way where there is one, else by the list.
      const area = page.locator(`[data-test=area][data-code="${next}"]`);
      if (level % 2 === 0 && (await area.count()) > 0) await area.click();
      else await page.locator(`[data-test=child][data-code="${next}"]`).click();
      await shows(page, next);
      assert.equal(new URL(page.url()).searchParams.get('region'), next);
      way.push(next);
      if (level === 3) await shoot(page, 'cockpit-town');
    }
    assert.equal((await ask(`/regions/${way.at(-1)}`)).level, 6);
    await shoot(page, 'cockpit-grid');
    for (let index = way.length - 2; index >= 0; --index) {
      await page.goBack();
      await shows(page, way[index]);
    }
    await page.close();
  });

  await test('an address opens its region, and breadcrumb, arrow and Escape lead up', async () => {
    const districts = (await ask(`/regions/${city}/children`)).items;
    const towns = (await ask(`/regions/${districts[0].code}/children`)).items;
    const page = await open(context, `/?region=${towns[0].code}`);
    await shows(page, towns[0].code);
    await page.locator('[data-test=up]').click();
    await shows(page, districts[0].code);
    await page.keyboard.press('Escape');
    await shows(page, city);
    await page.locator(`[data-test=path] a[data-code="${region.path[0].code}"]`).click();
    await shows(page, region.path[0].code);
    await page.close();
  });

  await test('the nation lists its provinces without a map', async () => {
    const page = await open(context, `/?region=${region.path[0].code}`);
    await shows(page, region.path[0].code);
    assert.ok((await page.locator('[data-test=tile]').count()) >= 31);
    await shoot(page, 'cockpit-nation');
    await page.close();
  });

  await test('pinyin finds a region of the country and the keyboard opens it', async () => {
    const page = await open(context, '/');
    await shows(page, city);
    await page.keyboard.press('/');
    await page.keyboard.type('xiangzhou', { delay: 15 });
    await page.locator('[data-test=found]', { hasText: '\u9999\u6d32\u533a' }).first().waitFor();
    await shoot(page, 'cockpit-search');
    await page.keyboard.press('Enter');
    await until(page, (old) => document.querySelector('[data-test=board]')?.dataset.region !== old, city);
    await page.close();
  });

  await test('the keyboard alone reaches a child region', async () => {
    const page = await open(context, '/');
    await shows(page, city);
    const child = page.locator('[data-test=child]').first();
    const code = await child.getAttribute('data-code');
    for (let step = 0; step < 60; ++step) {
      await page.keyboard.press('Tab');
      if (await child.evaluate((element) => element === document.activeElement)) break;
    }
    await page.keyboard.press('Enter');
    await shows(page, code);
    await page.close();
  });

  await test('another metric recolours the map and stays in the address', async () => {
    const page = await open(context, '/');
    await shows(page, city);
    const second = page.locator('[data-test=card]').nth(1);
    const metric = await second.getAttribute('data-metric');
    await second.click();
    assert.equal(new URL(page.url()).searchParams.get('metric'), metric);
    assert.equal(await second.getAttribute('aria-pressed'), 'true');
    await page.close();
  });

  await test('a real city shows the curve of 2020 with its source', async () => {
    const series = await ask('/metrics/series?metric=confirmed&region=440400').catch(() => ask('/metrics/series?metric=confirmed&region=4404')).catch(() => null);
    if (series === null || series.points.length === 0) skip('epidemic-daily was not ingested');
    const code = typeof series.region === 'string' ? series.region : series.region.code;
    const page = await open(context, `/?region=${code}&metric=confirmed`);
    await page.locator('[data-test=epidemic] canvas').waitFor();
    assert.ok((await page.locator('[data-test=epidemic]').innerText()).includes(series.source));
    await page.waitForTimeout(900);
    await shoot(page, 'cockpit-epidemic');
    await page.setViewportSize(sizes.phone);
    await shoot(page, 'phone-epidemic', true);
    await page.close();
  });

  await test('the language switch turns the page to English and is kept', async () => {
    const page = await open(context, '/');
    await shows(page, city);
    await page.locator('[data-test=language]').click();
    await until(page, () => document.documentElement.lang === 'en');
    await reload(page);
    await shows(page, city);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    assert.match(await page.title(), /City cockpit/);
    await shoot(page, 'cockpit-english');
    await page.locator('[data-test=language]').click();
    await until(page, () => document.documentElement.lang === 'zh-CN');
    await page.close();
  });

  await test('a lost connection is said, and heals by itself', async () => {
    const page = await open(context, '/', { excused: /ERR_FAILED|Failed to load/, prepare: (fresh) => fresh.route('**/cockpit/stream*', (route) => route.abort()) });
    await page.locator('[data-test=lost]').waitFor();
    await shoot(page, 'cockpit-lost');
    await page.unroute('**/cockpit/stream*');
    await page.locator('[data-test=live][data-state=open]').waitFor({ timeout: 30_000 });
    assert.equal(await page.locator('[data-test=lost]').count(), 0);
    await page.close();
  });

  await test('an unknown region is explained and leads home', async () => {
    const page = await open(context, '/?region=000000000', { excused: /404/ });
    await page.locator('main [role=alert]').waitFor();
    await page.locator('main [role=alert] a').click();
    await shows(page, city);
    await page.close();
  });
}

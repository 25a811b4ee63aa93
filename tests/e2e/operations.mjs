// Goal: an operator reads what the doctor found, takes a backup while the hub serves and checks it; a large file goes on where it stood
// after a lost connection and a reload.
import assert from 'node:assert/strict';
import { as, ask, member, open, reload, shoot } from './browser.mjs';

const piece_bytes = 8 * 1024 * 1024;  // whole_most of web/desk/pieces.ts

export async function operationsTests({ context, test }) {
  await test('the doctor\u2019s findings say what to do, and a backup is taken and checked', async () => {
    await as(context, 'sysadmin');
    const page = await open(context, '/desk/#/operations');
    await page.locator('[data-test=doctor]').waitFor();
    await page.locator('[data-test=backup-start]').click();
    const newest = page.locator('[data-test=backup]').first();
    await page.locator('[data-test=backup][data-state=done]').first().waitFor();
    await newest.locator('button').click();
    await newest.locator('.mark.sound').waitFor();
    await shoot(page, 'desk-operations');
    await page.close();
  });

  await test('a large file goes on after a lost connection and a reload', async () => {
    const venue = (number) => `E${number},合成场所${number},药店,990102001001001,2020-01-06\n`;
    const rows = [`venue_no,name,kind,网格编码,registered_on\n`];
    for (let bytes = 0, number = Date.now() % 1_000_000; bytes < piece_bytes + 1_000_000; ++number) {
      rows.push(venue(number));
      bytes += Buffer.byteLength(rows.at(-1));
    }
    // The browser forgets a file made from bytes; its date must be the same when it is chosen again.
    const choose = async (page) => {
      await page.locator('.column').first().waitFor();
      await page.evaluate((text) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], 'large.csv', { type: 'text/csv', lastModified: 1_600_000_000_000 }));
        const input = document.querySelector('[data-test=file]');
        input.files = transfer.files;
        input.dispatchEvent(new Event('change'));
      }, rows.join(''));
    };
    await as(context, await member('commerce', { name: '商二', role: 'data-officer', department: (await ask('/resources/venues')).provider.id }));
    const page = await open(context, '/desk/#/upload?resource=venues', { excused: /ERR_FAILED/ });
    let pieces = 0;
    await page.route('**/api/v1/uploads/**', (route) => (route.request().method() === 'PATCH' && pieces++ === 0 ? route.continue() : route.abort()));
    await choose(page);
    await page.locator('[data-test=away]').waitFor();
    await shoot(page, 'desk-upload-away');
    await page.unroute('**/api/v1/uploads/**');
    await reload(page);
    const offsets = [];
    page.on('request', (request) => { if (request.method() === 'PATCH') offsets.push(new URL(request.url()).searchParams.get('offset')); });
    await choose(page);
    await page.locator('[data-test=sending][data-state=received]').waitFor();
    assert.deepEqual(offsets, [String(piece_bytes)], 'only what was missing is sent');
    const { items } = await ask('/batches?resource=venues&limit=1');
    assert.equal(items[0].filename, 'large.csv');
    await page.close();
  });
}

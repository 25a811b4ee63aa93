// Goal: a system administrator reads what a package is, is told what is wrong with a broken one, installs a sound one while
// the hub serves, sees its process drawn, and takes it out again.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { as, ask, open, shoot, sizes, soon } from './browser.mjs';

const template = new URL('../../scenario/template/', import.meta.url);

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

// A zip of stored files (APPNOTE 4.3): local heads, the central directory, its end.
function zipOf(files) {
  const heads = [], locals = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const path = Buffer.from(name), bytes = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(33, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, bytes]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    heads.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([20, 0]), common, rest, path]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(heads), end = Buffer.alloc(18);
  end.writeUInt16LE(heads.length, 4);
  end.writeUInt16LE(heads.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

export const packageOf = (id, change = (text) => text) => zipOf(Object.fromEntries(readdirSync(template).map((name) =>
  [`${id}/${name}`, change(readFileSync(new URL(name, template), 'utf8').replaceAll('{{id}}', id).replaceAll('{{prefix}}', 'EL'))])));

export async function packageTests({ context, test }) {
  await test('a package is checked, installed, drawn and removed while the hub serves', async () => {
    const id = `e2e-lamp-${Date.now() % 100_000}`;
    await as(context, 'sysadmin');
    const page = await open(context, '/desk/#/packages');
    await page.locator('[data-test=package-row]').first().waitFor();
    const file = (buffer) => page.locator('[data-test=package-file]').setInputFiles({ name: `${id}.zip`, mimeType: 'application/zip', buffer });

    await file(packageOf(id, (text) => text.replace('by: [community-staff]', 'by: [comunity-staff]')));
    await page.locator('[data-test=package-fault]').first().waitFor();
    assert.match(await page.locator('[data-test=package-fault]').first().innerText(), new RegExp(`${id}/process\\.yaml:\\d+:\\d+[\\s\\S]*community-staff`));
    await shoot(page, 'desk-package-faults');

    await file(packageOf(id));
    await page.locator('[data-test=package-reason]').fill('e2e');
    await page.locator('[data-test=package-go]').click();
    await page.locator(`[data-test=package-row][data-package=${id}]`).waitFor();
    assert.equal((await ask(`/resources/${id}-form`)).state, 'published');
    await shoot(page, 'desk-packages');

    await page.locator(`[data-test=package-row][data-package=${id}]`).click();
    const drawing = page.locator('[data-test=package-drawing] img');
    await soon('the drawing', () => drawing.evaluate((image) => image.complete && image.naturalWidth > 100));
    await shoot(page, 'desk-package');
    await page.setViewportSize(sizes.phone);
    await shoot(page, 'desk-package-phone');

    await page.locator('[data-test=package-remove]').click();
    await page.locator('[data-test=removal-reason]').fill('e2e is over');
    await page.locator('[data-test=removal-go]').click();
    await page.locator('[data-test=package-remove]').waitFor({ state: 'detached' });
    assert.equal((await ask(`/resources/${id}-form`)).state, 'retired');
    await page.close();
  });
}

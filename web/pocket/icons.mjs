// Draws the installable page's icons from public/icon.svg in Chromium: node pocket/icons.mjs
// The sign stands in the inner 60 %, so that phones may cut the square to any shape.
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const at = (path) => new URL(path, import.meta.url);
const sign = readFileSync(at('../public/icon.svg'), 'utf8');
const browser = await chromium.launch({ executablePath: process.env.JINGWEI_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const size of [192, 512]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0;display:grid;place-items:center;height:100vh;background:#0f2533}svg{width:62%;height:62%}</style>${sign}`);
  writeFileSync(at(`../public/pocket/icon-${size}.png`), await page.screenshot());
}
await browser.close();

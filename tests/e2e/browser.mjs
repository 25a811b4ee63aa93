// Starts Debian's Chromium for one run and watches everything its pages do: errors, and requests to anyone else.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const base = (process.env.JINGWEI_URL ?? 'http://127.0.0.1:8480').replace(/\/$/, '');
const shots = process.env.JINGWEI_SHOTS ?? '';
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

// What no page may do, collected over the whole run.
export const trouble = { console: [], external: [] };

export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'jingwei-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.JINGWEI_CHROMIUM ?? '/usr/bin/chromium', args: flags, headless: true, viewport: sizes.desk, locale: 'zh-CN', timezoneId: 'Asia/Shanghai',
  });
  context.setDefaultTimeout(15_000);
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !/^(data|blob|about):/.test(url)) trouble.external.push(url);
  });
  return {
    context,
    stop: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

// A page at an address of the hub. `excused` names console errors the test itself provokes.
export async function open(context, path, { size = sizes.desk, excused = /^$/, prepare } = {}) {
  const page = await context.newPage();
  await page.setViewportSize(size);
  page.on('console', (message) => { if (message.type() === 'error' && !excused.test(message.text())) trouble.console.push(`${path}: ${message.text()}`); });
  page.on('pageerror', (cause) => trouble.console.push(`${path}: ${cause.message}`));
  if (prepare) await prepare(page);
  await page.goto(base + path);
  return page;
}

// Waits until `holds` is true in the page. Playwright's own waitForFunction needs eval between its looks, which the hub's content
// security policy forbids.
export async function until(page, holds, given, timeout_ms = 15_000) {
  const end = Date.now() + timeout_ms;
  while (!(await page.evaluate(holds, given))) {
    if (Date.now() > end) throw new Error(`still not so after ${timeout_ms} ms: ${holds}`);
    await page.waitForTimeout(50);
  }
}

export async function shoot(page, name, fullPage = false) {
  if (shots === '') return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage });
}

export async function ask(path, init = {}) {
  const response = await fetch(`${base}/api/v1${path}`, { ...init, headers: { 'Accept-Language': 'zh', ...init.headers } });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
  return response.json();
}

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
// A server of the tests' own that pages are sent to.
const excusedServers = [];
export const excuse = (url) => excusedServers.push(url);

export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'jingwei-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.JINGWEI_CHROMIUM ?? '/usr/bin/chromium', args: flags, headless: true, viewport: sizes.desk, locale: 'zh-CN', timezoneId: 'Asia/Shanghai',
  });
  context.setDefaultTimeout(30_000);
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !excusedServers.some((one) => url.startsWith(one)) && !/^(data|blob|about):/.test(url)) trouble.external.push(url);
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

// Chromium refuses a reload while the page it is told of is being exchanged for another; a moment later it takes it.
export async function reload(page) {
  for (let turn = 1; ; ++turn) {
    try {
      return await page.reload();
    } catch (cause) {
      if (turn === 5 || !/Not attached to an active page/.test(cause.message)) throw cause;
      await page.waitForTimeout(100);
    }
  }
}

// Waits until `holds` is true in the page. Playwright's own waitForFunction needs eval between its looks, which the hub's content
// security policy forbids.
export async function until(page, holds, given, timeout_ms = 30_000) {
  const end = Date.now() + timeout_ms;
  while (!(await page.evaluate(holds, given))) {
    if (Date.now() > end) throw new Error(`still not so after ${timeout_ms} ms: ${holds}`);
    await page.waitForTimeout(50);
  }
}

// Asks again until what it finds is true of anything: figures follow the feed of changes, and pages draw their parts one after another.
export async function soon(what, find, timeout_ms = 20_000) {
  for (const end = Date.now() + timeout_ms; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await find();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not so after ${timeout_ms} ms`);
  }
}

// Where the bar does not hold every page, the switch stands in its menu.
export async function switchLanguage(page) {
  const button = page.locator('[data-test=language]');
  const before = (await button.textContent()).trim();
  if (!(await button.isVisible())) await page.locator('[data-test=menu]').click();
  await button.click();
  await until(page, (text) => document.querySelector('[data-test=language]').textContent.trim() !== text, before);
}

export async function shoot(page, name, fullPage = false) {
  if (shots === '') return;
  mkdirSync(shots, { recursive: true });
  await page.bringToFront();  // another page of this browser may stand before it
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage, animations: 'disabled' });
}

// The demo city's accounts have one password; those that tests make get the same.
export const password = 'jing-wei-demo-2020';
const tokens = new Map();
const json = { 'Content-Type': 'application/json' };

export async function tokenOf(login) {
  if (!tokens.has(login)) {
    const { token } = await ask('/sessions', { as: null, method: 'POST', headers: json, body: JSON.stringify({ login, password, token: true }) });
    tokens.set(login, token);
  }
  return tokens.get(login);
}

// From here on the pages of this browser are read by another person.
export async function as(context, login) {
  const value = await tokenOf(login);
  // In one step: without a cookie a page that stands open would ask as nobody meanwhile, and leave for the sign-in page.
  await context.addCookies([{ name: 'jingwei_session', value, url: base, httpOnly: true, sameSite: 'Strict' }]);
}

// One more person with a role: made by the security administrator, past the change of the first password. Returns the login.
export async function member(login, { name, role, department, region }) {
  const post = (path, body, headers = {}) => ask(path, { as: 'security', method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
  let made;
  try {
    made = await post('/accounts', { login, name, ...(department === undefined ? {} : { department }) });
  } catch (cause) {
    if (/HTTP 409/.test(cause.message)) return login;  // of an earlier run on this hub
    throw cause;
  }
  const place = region ?? (await ask('/system', { as: null })).root_region.code;
  const wanted = { role, region: place, ...(department === undefined ? {} : { department }) };
  if (role.endsWith('-admin')) {
    // Nobody makes an administrator alone.
    const order = await post('/account-orders', { kind: 'grant', account: made.account.id, ...wanted, reason: 'e2e' });
    await ask(`/account-orders/${order.id}/steps`, { as: 'sysadmin', method: 'POST', headers: json, body: JSON.stringify({ step: 'confirm' }) });
  } else {
    await post(`/accounts/${made.account.id}/grants`, wanted);
  }
  const { token } = await ask('/sessions', { as: null, method: 'POST', headers: json, body: JSON.stringify({ login, password: made.password, token: true }) });
  await ask('/me/password', { as: null, method: 'POST', headers: { ...json, Authorization: `Bearer ${token}` }, body: JSON.stringify({ present: made.password, password }) });
  return login;
}

// Asks the hub as a person; `as: null` asks without a session.
export async function ask(path, { as: login = 'catalogue', ...init } = {}) {
  const session = login === null ? {} : { Authorization: `Bearer ${await tokenOf(login)}` };
  const response = await fetch(`${base}/api/v1${path}`, { ...init, headers: { 'Accept-Language': 'zh', ...session, ...init.headers } });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}

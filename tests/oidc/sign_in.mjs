// Goal: whoever signs in at a real OpenID Connect provider comes into a running hub as the person they are there, and nobody
// else does: not by another's answer, a used one, one for another client, nor while the provider is away.
//   node tests/oidc/sign_in.mjs JINGWEI_PROGRAM DATA_FOLDER HUB_URL
// Prints TAP lines; exit code 1 when any failed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { available, makeKey, startProvider } from '../support/oidc.mjs';

const [program, data, hub] = process.argv.slice(2);
if (!available()) {
  console.log('1..0 # SKIP oidc-provider is not installed (npm ci in web/)');
  process.exit(0);
}

const back = `${hub}/desk/return`;
const clients = [{ client_id: 'jingwei', client_secret: 'a secret of tests, long enough', redirect_uris: [back] }, { client_id: 'another', client_secret: 'another secret of tests', redirect_uris: [back] }];
const people = {
  wang: { name: '王敏', email: 'wang.min@city.example', email_verified: true },
  stranger: { name: '生人', email: 'stranger@city.example', email_verified: true },
  forger: { name: '冒名', email: 'wang.min@city.example', email_verified: false },
  chen: { name: '陈大文', doc_type: '516', doc_no: 'H12345678' },
};

// Not waited for in place: the provider answers from this very process.
const run = promisify(execFile);
const jingwei = async (...words) => JSON.parse((await run(program, [...words, '--data', data, '--json'])).stdout || 'null');

// Cookies of one browser, by host.
class Browser {
  jar = new Map();
  async fetch(url, init = {}) {
    const host = new URL(url).host;
    const cookies = [...(this.jar.get(host) ?? new Map())].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { 'Accept-Language': 'en', ...(cookies === '' ? {} : { Cookie: cookies }), ...init.headers } });
    const kept = this.jar.get(host) ?? new Map();
    for (const line of response.headers.getSetCookie()) {
      const [name, ...value] = line.split(';')[0].split('=');
      if (value.join('=') === '') kept.delete(name);
      else kept.set(name, value.join('='));
    }
    this.jar.set(host, kept);
    return response;
  }
  async post(path, body) {
    const response = await this.fetch(hub + path, { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: hub }, body: JSON.stringify(body) });
    return { status: response.status, body: response.status === 204 ? null : await response.json() };
  }
  async me() {
    const response = await this.fetch(`${hub}/api/v1/me`);
    return response.status === 200 ? response.json() : null;
  }
  // Goes where the hub sends, types the login there, agrees, and stops at the way back: its parameters.
  async visit(service, login, next) {
    const begun = await this.post(`/api/v1/sign-in-providers/${service}/attempts`, next === undefined ? {} : { next });
    assert.equal(begun.status, 200, JSON.stringify(begun.body));
    return this.pass(begun.body.address, login);
  }
  async pass(address, login) {
    let url = address;
    for (let step = 0; step < 12; ++step) {
      if (url.startsWith(back)) return Object.fromEntries(new URL(url).searchParams);
      const response = await this.fetch(url);
      if (response.status >= 300 && response.status < 400) {
        url = new URL(response.headers.get('location'), url).href;
        continue;
      }
      const page = await response.text();
      const form = /action="([^"]+)"/.exec(page)?.[1];
      assert.ok(form, `no form on ${url}: ${page.slice(0, 300)}`);
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
      const sent = await this.fetch(new URL(form, url).href, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ prompt, login, password: 'any' }) });
      url = new URL(sent.headers.get('location'), url).href;
    }
    assert.fail('never came back');
    return {};
  }
  finish(parameters) {
    return this.post('/api/v1/sign-in-returns', parameters);
  }
}

let failed = 0;
let count = 0;
async function test(name, body) {
  ++count;
  try {
    await body();
    console.log(`ok ${count} - ${name}`);
  } catch (cause) {
    ++failed;
    console.log(`not ok ${count} - ${name}\n${String(cause.stack).split('\n').slice(0, 8).map((line) => `  # ${line}`).join('\n')}`);
  }
}

let provider = await startProvider({ people, clients, keys: [makeKey('first')] });
const port = provider.port;
const secret = join(data, 'client-secret');
writeFileSync(secret, `${clients[0].client_secret}\n`, { mode: 0o600 });
const set = (id, ...more) => jingwei('account', 'provider', 'set', id, '--issuer', provider.issuer, '--client', 'jingwei', '--secret-file', secret, '--return', back, ...more);
await set('city-sso', '--zh', '统一认证', '--en', 'City sign-in', '--for', 'staff', '--login-claim', 'email');
await set('citizen-id', '--zh', '公民身份', '--en', 'Citizen ID', '--for', 'resident', '--scopes', 'openid profile document', '--kind-claim', 'doc_type', '--number-claim', 'doc_no', '--word', '516=home_return_permit', '--word', '111=citizen_id');
const staff = await jingwei('account', 'add', '王敏', '--login', 'wang.min@city.example');

await test('the provider answers, and its keys can be used', async () => {
  assert.equal((await jingwei('account', 'provider', 'try', 'city-sso')).keys, 1);
  const ways = await (await fetch(`${hub}/api/v1/sign-in-providers`)).json();
  assert.deepEqual(ways.items.map((one) => [one.id, one.audience]), [['citizen-id', 'resident'], ['city-sso', 'staff']]);
});

await test('staff come in as the account their verified address names', async () => {
  const browser = new Browser();
  const came = await browser.finish(await browser.visit('city-sso', 'wang', '/desk/#/batches'));
  assert.equal(came.status, 200, JSON.stringify(came.body));
  assert.equal(came.body.me.account, staff.account.id);
  assert.equal(came.body.next, '/desk/#/batches');
  assert.equal((await browser.me()).account, staff.account.id);
});

await test('nobody unknown, and nobody who only claims an address', async () => {
  for (const login of ['stranger', 'forger']) {
    const browser = new Browser();
    const came = await browser.finish(await browser.visit('city-sso', login));
    assert.equal(came.status, 403, JSON.stringify(came.body));
    assert.equal(await browser.me(), null);
  }
  await set('city-sso', '--first-login', 'create');
  const browser = new Browser();
  const came = await browser.finish(await browser.visit('city-sso', 'stranger'));
  assert.equal(came.status, 200);
  assert.equal(came.body.me.name, '生人');
  assert.deepEqual(came.body.me.grants, []);
});

await test('an answer serves once, and only in the browser that asked', async () => {
  const mine = new Browser();
  const parameters = await mine.visit('city-sso', 'wang');
  assert.equal((await new Browser().finish(parameters)).status, 401, 'another browser');
  const other = new Browser();
  await other.visit('city-sso', 'stranger');
  assert.equal((await other.finish(parameters)).status, 401, 'a browser with an attempt of its own');
  assert.equal((await mine.finish({ ...parameters, state: `${parameters.state}x` })).status, 401);
  assert.equal((await mine.finish(parameters)).status, 200);
  assert.equal((await mine.finish(parameters)).status, 401, 'replayed');
});

await test('a code of another attempt does not fit this one: neither its verifier nor its nonce', async () => {
  const first = new Browser();
  const theirs = await first.visit('city-sso', 'wang');
  const mine = new Browser();
  const own = await mine.visit('city-sso', 'stranger');
  assert.equal((await mine.finish({ ...own, code: theirs.code })).status, 401);
  assert.equal(await mine.me(), null);
});

await test('a code made for another client of the same provider lets nobody in', async () => {
  const browser = new Browser();
  const begun = await browser.post('/api/v1/sign-in-providers/city-sso/attempts', {});
  const address = new URL(begun.body.address);
  address.searchParams.set('client_id', 'another');
  const parameters = await browser.pass(address.href, 'wang');
  assert.equal((await browser.finish(parameters)).status, 401);
});

await test('an answer that names another issuer, or brings a refusal, lets nobody in', async () => {
  const browser = new Browser();
  const parameters = await browser.visit('city-sso', 'wang');
  assert.equal(parameters.iss, provider.issuer, 'the provider names itself (RFC 9207)');
  assert.equal((await browser.finish({ ...parameters, iss: 'https://evil.example' })).status, 401);
  const again = new Browser();
  const refused = await again.visit('city-sso', 'wang');
  assert.equal((await again.finish({ state: refused.state, iss: refused.iss, error: 'access_denied' })).status, 401);
});

await test('residents are who their paper says, whichever subject they are there', async () => {
  const browser = new Browser();
  const came = await browser.finish(await browser.visit('citizen-id', 'chen'));
  assert.equal(came.status, 200, JSON.stringify(came.body));
  assert.equal(came.body.me.kind, 'resident');
  assert.equal(came.body.me.name, '陈大文');
  const papers = await (await browser.fetch(`${hub}/api/v1/me/documents`)).json();
  assert.deepEqual(papers.items.map((one) => [one.kind, one.number]), [['home_return_permit', '*****5678']]);
  const looks = await (await browser.fetch(`${hub}/api/v1/me/accesses`)).json();
  assert.equal(looks.verified, true);
  people['chen-again'] = people.chen;
  const second = new Browser();
  assert.equal((await second.finish(await second.visit('citizen-id', 'chen-again'))).body.me.account, came.body.me.account);
  const nobody = new Browser();
  assert.equal((await nobody.finish(await nobody.visit('citizen-id', 'wang'))).status, 403, 'no paper, nobody');
});

await test('a resident exports what is their own, and nobody else any of it', async () => {
  while (!(await jingwei('registry', 'status')).caught_up);
  const invented = readFileSync(join(data, 'demo', 'truth', 'persons.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  let own = null;
  for (const person of invented.filter((one) => !one.foreigner)) {
    if ((await jingwei('subject', 'find', person.citizen_id, '--kind', 'person')).items.length === 1) own = own ?? person;
  }
  assert.ok(own, 'nobody of the city stands in it');
  people.own = { name: own.name, doc_type: '111', doc_no: own.citizen_id };
  const browser = new Browser();
  assert.equal((await browser.finish(await browser.visit('citizen-id', 'own'))).status, 200);
  const answer = await browser.fetch(`${hub}/api/v1/me/file`);
  const file = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(file));
  assert.match(answer.headers.get('content-disposition'), /own-file\.json/);
  assert.equal(file.synthetic, true);
  assert.ok(file.entries.length > 0);
  for (const entry of file.entries) {
    assert.equal(entry.certainty, 'certain');
    assert.ok(entry.fields.every((field) => !field.closed), 'one sees oneself unmasked');
  }
  assert.ok(file.entries.some((entry) => entry.fields.some((field) => field.value === own.citizen_id)));
  // The look itself is shown to them, whichever of their numbers the record that names them gives.
  for (let tries = 0, seen = false; !seen; ++tries) {
    const looks = await (await browser.fetch(`${hub}/api/v1/me/accesses`)).json();
    seen = looks.items.length > 0;
    assert.ok(seen || tries < 50, 'nobody looked, says the list');
    if (!seen) await new Promise((done) => setTimeout(done, 200));
  }
  // Somebody vouched for of whom nothing stands here, and somebody nobody vouches for.
  const other = new Browser();
  await other.finish(await other.visit('citizen-id', 'chen'));
  assert.equal((await other.fetch(`${hub}/api/v1/me/file`)).status, 404);
  const official = new Browser();
  await official.finish(await official.visit('city-sso', 'wang'));
  assert.equal((await official.fetch(`${hub}/api/v1/me/file`)).status, 403);
  assert.equal((await new Browser().fetch(`${hub}/api/v1/me/file`)).status, 401);
});

await test('a guardian sees and asks for the child, from when the office has checked it until that is ended', async () => {
  const invented = readFileSync(join(data, 'demo', 'truth', 'persons.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)).filter((one) => !one.foreigner);
  const born = (person) => Number(person.citizen_id.slice(6, 10));
  let child = null;
  for (const person of invented.filter((one) => born(one) >= new Date().getFullYear() - 12)) {
    if (child === null && (await jingwei('subject', 'find', person.citizen_id, '--kind', 'person')).items.length === 1) child = person;
  }
  assert.ok(child, 'no child of the city stands in it');
  const mother = invented.find((one) => born(one) < 1990 && one.citizen_id !== people.own.doc_no);
  people.mother = { name: mother.name, doc_type: '111', doc_no: mother.citizen_id };
  const browser = new Browser();
  assert.equal((await browser.finish(await browser.visit('citizen-id', 'mother'))).status, 200);
  const read = async (path) => {
    const answer = await browser.fetch(`${hub}/api/v1/me${path}`);
    return { status: answer.status, body: await answer.json() };
  };
  const asked = await browser.post('/api/v1/me/rights', { kind: 'guardian', words: '我是孩子的母亲', child_name: child.name, child_identifier: child.citizen_id });
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  const ward = asked.body.id;
  assert.equal((await read(`/file?ward=${ward}`)).status, 404, 'asking alone opens nothing');
  const officer = new Browser();
  assert.equal((await officer.post('/api/v1/sessions', { login: 'rights', password: 'jing-wei-demo-2020' })).status, 201);
  assert.equal((await officer.post(`/api/v1/rights/${ward}/steps`, { step: 'grant' })).status, 200);
  assert.equal((await read(`/file?ward=${ward}`)).status, 404, 'nor the grant alone');
  const carried = await officer.post(`/api/v1/rights/${ward}/execution`, {});
  assert.equal(carried.status, 200, JSON.stringify(carried.body));
  const wards = await read('/wards');
  assert.deepEqual(wards.body.items.map((one) => [one.id, one.name]), [[ward, child.name]]);
  assert.ok(wards.body.items[0].until > new Date().toISOString());
  const file = await read(`/file?ward=${ward}`);
  assert.equal(file.status, 200, JSON.stringify(file.body));
  assert.ok(file.body.entries.some((entry) => entry.fields.some((field) => field.value === child.citizen_id)));
  const looks = await read(`/accesses?ward=${ward}`);
  assert.equal(looks.body.verified, true);
  const copy = await browser.post('/api/v1/me/rights', { kind: 'copy', words: '请给我孩子的副本', ward });
  assert.equal(copy.status, 201, JSON.stringify(copy.body));
  assert.ok((await read(`/rights?ward=${ward}`)).body.items.some((one) => one.id === copy.body.id));
  assert.ok(!(await read('/rights')).body.items.some((one) => one.id === copy.body.id), 'it is the child’s, not one’s own');
  await officer.post(`/api/v1/rights/${copy.body.id}/steps`, { step: 'grant' });
  await officer.post(`/api/v1/rights/${copy.body.id}/execution`, {});
  assert.equal((await read(`/rights/${copy.body.id}/copy`)).status, 200);
  // Nobody else, by the same number.
  const other = new Browser();
  await other.finish(await other.visit('citizen-id', 'own'));
  for (const path of ['file', 'accesses', 'rights']) assert.equal((await other.fetch(`${hub}/api/v1/me/${path}?ward=${ward}`)).status, 404, path);
  assert.equal((await other.fetch(`${hub}/api/v1/me/rights/${copy.body.id}/copy`)).status, 404);
  assert.equal((await officer.post(`/api/v1/rights/${ward}/steps`, { step: 'end', reason: '法院指定了别的监护人' })).status, 200);
  assert.deepEqual((await read('/wards')).body.items, []);
  assert.equal((await read(`/file?ward=${ward}`)).status, 404);
});

await test('a provider that is away is said to be, and its new keys are taken when it is back', async () => {
  const browser = new Browser();
  const parameters = await browser.visit('city-sso', 'wang');
  await provider.stop();
  assert.equal((await browser.finish(parameters)).status, 503);
  provider = await startProvider({ port, people, clients, keys: [makeKey('second', 'RSA')] });
  assert.equal((await jingwei('account', 'provider', 'try', 'city-sso')).keys, 1, 'asked anew');
  const again = new Browser();
  assert.equal((await again.finish(await again.visit('city-sso', 'wang'))).status, 200);
});

await test('a provider that is switched off or removed is no way in', async () => {
  await set('city-sso', '--state', 'off');
  const begun = await new Browser().post('/api/v1/sign-in-providers/city-sso/attempts', {});
  assert.equal(begun.status, 404);
  await jingwei('account', 'provider', 'remove', 'city-sso');
  const ways = await (await fetch(`${hub}/api/v1/sign-in-providers`)).json();
  assert.deepEqual(ways.items.map((one) => one.id), ['citizen-id']);
});

await provider.stop();
console.log(`1..${count}`);
process.exit(failed > 0 ? 1 : 0);

// A stand-in for the hub while pages are developed: fictional data, live events, uploads that behave like real ones.
// Usage: node mock/server.mjs [--port 8481] [--dist dist]; serves the built pages as well when they exist.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { count, daily, days, grids, levelName, metrics, middle, pathOf, randomFrom, regions, totals } from './city.mjs';
import { auditAnswer } from './audit.mjs';
import { casesAnswer } from './cases.mjs';
import { noticesAnswer } from './notices.mjs';
import { open311Answer } from './open311.mjs';
import { found, lists } from './catalog.mjs';
import { qualityAnswer } from './quality.mjs';
import { identityAnswer, loginOf } from './identity.mjs';
import { providerOf, reasons, resources } from './resources.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const option = (name, other) => { const i = process.argv.indexOf(`--${name}`); return i < 0 ? other : process.argv[i + 1]; };
const port = Number(option('port', 8481));
const dist = option('dist', join(here, '../dist'));
const random = randomFrom(11);
const pinyin = { 珠海市: 'zhuhaishi', 香洲区: 'xiangzhouqu', 云汐市: 'yunxishi', 武汉市: 'wuhanshi', 广东省: 'guangdongsheng' };
let position = 1;
const epidemicDays = Array.from({ length: 90 }, (_, i) => new Date(Date.UTC(2020, 0, 15) + i * 86400e3).toISOString().slice(0, 10));
const epidemic = { '440400': 98, '420100': 50000, '44': 1400, '42': 67800, '0': 82000 };
const curve = (code, metric, i) => {
  const share = { confirmed: 1, cured: 0.93, dead: 0.03 }[metric], shift = { confirmed: 22, cured: 42, dead: 34 }[metric];
  return Math.round((epidemic[code] * share) / (1 + Math.exp(-(i - shift) / 4.5)));
};

const total = (code, metric) => totals.get(code)[metric] + (pathSums.get(code)?.[metric] ?? 0);
const pathSums = new Map();
const summary = (r, language) => ({
  code: r.code, name: r.name, level: r.level, level_name: levelName(r.level, language), child_count: r.children.length, synthetic: r.synthetic,
  path_text: pathOf(r.code, language).slice(1).map((p) => p.name).join(' / '), center: r.ring ? middle(r.ring) : null,
});
const title = (thing, language) => thing[language];
const qualityOf = (r, language) => ({
  resource: r.id, title: title(r, language), provider: providerOf(r.provider, language).title, accepted: r.accepted, cleaned: r.cleaned, refused: r.refused, unchanged: r.unchanged,
  reasons: Object.entries(reasons).map(([id, reason], i) => ({ id, title: title(reason, language), count: Math.round(r.refused * [0.42, 0.27, 0.16, 0.1, 0.05][i]) })).filter((x) => x.count > 0),
});
for (const [k, r] of resources.entries()) {
  const rows = totals.get('9901')[metrics.find((m) => m.resource === r.id).id];
  r.accepted = rows; r.cleaned = Math.round(rows * [0.08, 0.03, 0.02, 0.12, 0.17, 0.01][k]); r.refused = Math.round(rows * [0.004, 0.011, 0.002, 0.018, 0.034, 0.0004][k]); r.unchanged = Math.round(rows * 0.01);
}
const cardsOf = (code, language) => {
  const cards = metrics.map((m) => ({
    metric: m.id, title: title(m, language), resource: m.resource, total: total(code, m.id), kind: 'count', latest_day: days[29], latest: daily.get(code)[m.id][29], days: days.map((day, i) => ({ day, value: daily.get(code)[m.id][i] })),
  }));
  if (epidemic[code]) {
    for (const [id, zh, en] of [['confirmed', '累计确诊', 'Confirmed'], ['cured', '累计治愈', 'Cured'], ['dead', '累计死亡', 'Deaths']]) {
      cards.push({ metric: id, title: language === 'zh' ? zh : en, resource: 'epidemic-daily', total: curve(code, id, 89), kind: 'last', latest_day: epidemicDays[89], latest: curve(code, id, 89), days: epidemicDays.slice(-30).map((day, i) => ({ day, value: curve(code, id, 60 + i) })) });
    }
  }
  return cards;
};
const cockpit = (code, language) => {
  const r = regions.get(code);
  return {
    region: summary(r, language), path: pathOf(code, language), as_of: new Date().toISOString(), position, synthetic: r.synthetic || code === '0', breadth: 'all', cards: cardsOf(code, language),
    children: r.children.map((c) => ({ code: c, name: regions.get(c).name, level: regions.get(c).level, values: Object.fromEntries([...metrics.map((m) => [m.id, total(c, m.id)]), ...(epidemic[c] ? ['confirmed', 'cured', 'dead'].map((m) => [m, curve(c, m, 89)]) : [])]) })),
    quality: resources.map((x) => qualityOf(x, language)), activity: { events_per_second: rate, lag_ms: 34 + Math.round(random() * 30) },
  };
};

const batches = new Map(), refusedRows = new Map(), byHash = new Map(), added = [];
let batchSerial = 700000;
let rate = 0;
const listeners = new Set();
const progress = new Set();
// As on the hub, a stream beats though there is nothing to tell.
setInterval(() => { for (const { res } of [...listeners, ...progress]) res.write(': beat\n\n'); }, 15_000);
const event = (res, name, data) => res.write(`event: ${name}\nid: ${position}\ndata: ${JSON.stringify(data)}\n\n`);
const localBatch = (b, language) => ({ ...b, resource: { id: b.resource.id, title: title(resources.find((r) => r.id === b.resource.id), language) }, reasons: b.reasons.map((x) => ({ ...x, title: title(reasons[x.id], language) })) });

function publish(touched, activity) {
  ++position;
  for (const { res, code, language } of listeners) {
    const r = regions.get(code);
    const children = Object.fromEntries(r.children.filter((c) => touched.has(c)).map((c) => [c, Object.fromEntries(metrics.map((m) => [m.id, total(c, m.id)]))]));
    event(res, 'cockpit', {
      as_of: new Date().toISOString(), position, cards: cardsOf(code, language),
      children, quality: resources.map((x) => qualityOf(x, language)), activity,
    });
  }
}
// A trickle of arriving records keeps the page alive; --still switches it off.
if (!process.argv.includes('--still')) {
  setInterval(() => {
    const touched = new Set();
    const n = 1 + Math.floor(random() * 5);
    for (let i = 0; i < n; ++i) {
      const grid = grids[Math.floor(random() * grids.length)];
      count(grid.code, metrics[Math.floor(random() * metrics.length)].id, 1);
      for (let r = grid; r; r = regions.get(r.parent)) touched.add(r.code);
    }
    rate = n * 1.25;
    publish(touched, { events_per_second: rate, lag_ms: 30 + Math.round(random() * 40) });
  }, 800).unref();
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checked = (id) => '10X98765432'[weights.reduce((sum, w, i) => sum + w * Number(id[i]), 0) % 11] === id[17];
function step(batch, lines, at) {
  const end = Math.min(lines.length, at + Math.max(40, Math.ceil(lines.length / 12)));
  const touched = new Set();
  const resource = resources.find((r) => r.id === batch.resource.id);
  const metric = metrics.find((m) => m.resource === resource.id).id;
  for (let i = at; i < end; ++i) {
    const line = lines[i];
    ++batch.rows_read;
    const cells = line.split(',');
    const phoneAt = cells.find((c) => /^1\d{3,}$/.test(c.trim()));
    const bad = /^,|,,/.test(line) ? ['required.missing', ''] : phoneAt && phoneAt.trim().length !== 11 ? ['phone.length', phoneAt] : cells.some((c) => /^\d{17}[\dX]$/.test(c) && !checked(c)) || /[xX]{2}/.test(line) ? ['citizen_id.checksum', cells[1]] : null;
    if (bad) {
      const reason = reasons[bad[0]];
      ++batch.refused; ++resource.refused;
      refusedRows.get(batch.id).push({ line: i + 2, field: reason.field, reason: bad[0], id: bad[0], value: bad[1], original: line });
      const known = batch.reasons.find((x) => x.id === bad[0]);
      if (known) ++known.count; else batch.reasons.push({ id: bad[0], field: reason.field, count: 1 });
    } else {
      ++batch.accepted; ++resource.accepted;
      if (/\s|[ａ-ｚ０-９]/.test(line)) { ++batch.cleaned; ++resource.cleaned; }
      const grid = grids[i % grids.length];
      count(grid.code, metric, 1);
      for (let r = grid; r; r = regions.get(r.parent)) touched.add(r.code);
    }
  }
  batch.bytes_done = Math.round((batch.bytes_total * end) / Math.max(1, lines.length));
  batch.rows_per_second = 48000; batch.seconds_left = (lines.length - end) / 800;
  if (end >= lines.length) Object.assign(batch, { state: 'done', finished_at: new Date().toISOString(), seconds_left: 0 });
  publish(touched, { events_per_second: (end - at) * 5, lag_ms: 61 });
  for (const l of listeners) event(l.res, 'batch', localBatch(batch, l.language));
  for (const p of progress) if (p.id === batch.id) { event(p.res, 'batch', localBatch(batch, p.language)); if (batch.state === 'done') p.res.end(); }
  if (end < lines.length) setTimeout(() => step(batch, lines, end), 250);
}
function receive(resourceId, filename, body) {
  const hash = createHash('sha256').update(resourceId).update(body).digest('hex');
  if (byHash.has(hash)) return [200, { ...batches.get(byHash.get(hash)), repeated: true }];
  const id = String(++batchSerial);
  const lines = body.toString('utf8').split(/\r?\n/).slice(1).filter((line) => line !== '');
  const batch = {
    id, resource: { id: resourceId }, filename, state: 'running', encoding: 'UTF-8', format: 'csv', rows_read: 0, accepted: 0, cleaned: 0, unchanged: 0, updated: 0, refused: 0, bytes_done: 0,
    bytes_total: body.length, rows_per_second: 0, seconds_left: null, started_at: new Date().toISOString(), finished_at: null, error: null, reasons: [],
  };
  batches.set(id, batch); byHash.set(hash, id); refusedRows.set(id, []);
  setTimeout(() => step(batch, lines, 0), 300);
  return [202, batch];
}

const samples = ['张*', '王**', '李*', '陈**', '刘*', '黄*'], names = ['张伟', '王秀英', '李娜', '陈建国', '刘洋', '黄丽'];
// Names and phones open under a purpose.
function recordsOf(resource, under, offset, limit, open) {
  const inside = grids.filter((g) => !under || g.code.startsWith(under) || under === '0');
  const items = [];
  for (let i = offset; i < Math.min(offset + limit, 230) && inside.length > 0; ++i) {
    const g = inside[(i * 17) % inside.length];
    const values = { name: (open ? names : samples)[i % 6], citizen_id: `9901**********${1000 + ((i * 37) % 9000)}`, phone: `138${open ? '0013' : '****'}${1000 + ((i * 91) % 9000)}`, address: '云汐市***', grid: g.code, sex: i % 2 ? 'male' : 'female', registered_on: days[i % 30], staff: (i * 7) % 300, result: 'negative', sampled_at: `${days[29]}T08:30:00+08:00`, arrived_on: days[i % 30], temperature: 36.5, fever: false, title: '云汐某某有限公司', credit_code: '91990**********X', subject: '路灯不亮' };
    items.push({ id: String(5000 + i), version: 1, region: { code: g.code, name: g.name }, known_from: new Date().toISOString(), valid_from: null, cleaning: {}, fields: Object.fromEntries(resource.fields.map((f) => [f.name, values[f.name] ?? null])) });
  }
  return items;
}

const json = (res, status, body, type = 'application/json') => { res.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }); res.end(JSON.stringify(body)); };
const problem = (res, status, detail, errors) => json(res, status, { type: 'about:blank', title: detail, status, detail, code: status === 404 ? 'not_found' : 'invalid', errors }, 'application/problem+json');
const stream = (res) => { res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }); res.write(': open\n\n'); };
const bodyOf = async (req) => { const parts = []; for await (const part of req) parts.push(part); return Buffer.concat(parts); };
const resourceView = (r, language, full) => ({
  id: r.id, state: 'published', receiving: true, version: 1, open_version: null, open_state: null, steward: null, title: title(r, language), description: language === 'zh' ? r.dzh : r.den, provider: providerOf(r.provider, language), sharing: r.sharing, update: r.update, fields_count: r.fields.length, records: r.accepted, last_received_at: new Date(Date.now() - 3600e3).toISOString(), package: 'demo',
  ...(full ? { purposes: ['epidemic-control'], retention: '3y', key: ['citizen_id'], fields: r.fields.map((f) => ({ ...f, title: title(f, language), values: f.values?.map((v) => ({ id: v.id, title: title(v, language) })) })), metrics: metrics.filter((m) => m.resource === r.id).map((m) => ({ id: m.id, title: title(m, language), kind: 'count' })) } : {}),
});

async function answer(req, res) {
  const url = new URL(req.url, 'http://mock');
  const language = (req.headers['accept-language'] ?? 'zh').startsWith('en') ? 'en' : 'zh';
  const q = url.searchParams, zh = language === 'zh';
  const path = url.pathname.replace('/api/v1', '');
  const limit = Number(q.get('limit') ?? 50), offset = Number(q.get('cursor') ?? 0);
  const page = (items) => ({ items: items.slice(offset, offset + limit), next_cursor: offset + limit < items.length ? String(offset + limit) : null });
  const region = (code) => regions.get(code) ?? void problem(res, 404, zh ? `没有编码为 ${code} 的区域。` : `There is no region with code ${code}.`);
  let m;
  if (path === '/system') return json(res, 200, { name: '云汐市', version: '0.1.0', synthetic: true, loopback_only: true, zone: 'Asia/Shanghai', root_region: { code: '9901', name: '云汐市' }, started_at: new Date().toISOString(), now: new Date().toISOString() });
  const identity = /^\/(sessions|sign-in-codes)$/.test(path) ? JSON.parse((await bodyOf(req)).toString() || '{}') : {};
  const told = identityAnswer(req.method, path, identity, loginOf(req), zh);
  if (told !== undefined) {
    const [status, body, headers = {}] = told;
    res.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', 'Cache-Control': 'no-store', ...headers });
    return res.end(body === undefined ? undefined : JSON.stringify(body));
  }
  if (/^\/(pages$|processes|cases|own-cases|case-|inbox|duties|calendar)/.test(path)) {
    const sent = req.method === 'GET' ? null : await bodyOf(req);
    const body = path === '/case-photos' ? sent : sent === null ? {} : JSON.parse(sent.toString() || '{}');
    const [status, got] = casesAnswer(req.method, path, q, body, loginOf(req), zh, req.headers['idempotency-key']) ?? [404, { title: 'nothing here' }];
    res.writeHead(status, { 'Content-Type': Buffer.isBuffer(got) ? 'image/jpeg' : status >= 400 ? 'application/problem+json' : 'application/json', 'Cache-Control': 'no-store' });
    return res.end(got === undefined ? undefined : Buffer.isBuffer(got) ? got : JSON.stringify(got));
  }
  if (path.startsWith('/open311/')) {
    const sent = req.method === 'GET' ? '' : (await bodyOf(req)).toString();
    const [status, got] = open311Answer(req.method, path, q, JSON.parse(sent || '{}')) ?? [404, { title: 'nothing here', status: 404 }];
    return json(res, status, got, status >= 400 ? 'application/problem+json' : 'application/json');
  }
  if (/^\/(me\/notices|notices|notice-loads|notice-caps|notice-webhook|rumours|rumour-drafts|alerts)/.test(path)) {
    const sent = req.method === 'GET' ? '' : (await bodyOf(req)).toString();
    const [status, got] = noticesAnswer(req.method, path, q, JSON.parse(sent || '{}')) ?? [404, { title: 'nothing here', status: 404 }];
    return json(res, status, got, status >= 400 ? 'application/problem+json' : 'application/json');
  }
  if (path === '/regions/at') {
    const point = [Number(q.get('lon')), Number(q.get('lat'))];
    const inside = (ring) => ring.reduce((is, [ax, ay], i) => { const [bx, by] = ring[(i + 1) % ring.length]; return ay > point[1] !== by > point[1] && point[0] < ((bx - ax) * (point[1] - ay)) / (by - ay) + ax ? !is : is; }, false);
    const grid = grids.find((one) => inside(one.ring));
    return json(res, 200, { items: grid ? pathOf(grid.code, language) : [] });
  }
  if (path === '/regions') {
    const text = (q.get('q') ?? '').toLowerCase(), under = q.get('under');
    return json(res, 200, page([...regions.values()].filter((r) => r.level > 0 && (r.name.includes(text) || r.code.startsWith(text) || pinyin[r.name]?.startsWith(text)) && (!under || r.code.startsWith(under))).map((r) => summary(r, language))));
  }
  if ((m = /^\/regions\/([^/]+)$/.exec(path))) {
    const r = region(m[1]);
    const p = r && regions.get(r.parent);
    return r && json(res, 200, { ...summary(r, language), id: r.code, parent: p ? summary(p, language) : null, path: pathOf(r.code, language), descendant_count: r.children.length, pinyin: pinyin[r.name] ?? '', valid_from: '2020-01-01', valid_to: null, successors: [] });
  }
  if ((m = /^\/regions\/([^/]+)\/children$/.exec(path))) { const r = region(m[1]); return r && json(res, 200, page(r.children.map((c) => summary(regions.get(c), language)))); }
  if ((m = /^\/regions\/([^/]+)\/boundaries$/.exec(path))) {
    const r = region(m[1]);
    const shown = r && (r.children.length ? r.children.map((c) => regions.get(c)) : [r]);
    return r && json(res, 200, { type: 'FeatureCollection', features: shown.filter((x) => x.ring).map((x) => ({ type: 'Feature', properties: { code: x.code, name: x.name, level: x.level, center: middle(x.ring) }, geometry: { type: 'Polygon', coordinates: [[...x.ring, x.ring[0]]] } })) });
  }
  if (path === '/resources') return json(res, 200, found(resources.map((r) => resourceView(r, language, false)), q));
  const listed = req.method === 'GET' ? lists(path, q, language) : undefined;
  if (listed !== undefined) return json(res, 200, listed);
  if (/^\/(quality|objections|own-objections|audit)\b/.test(path)) {
    const sent = req.method === 'POST' ? JSON.parse((await bodyOf(req)).toString() || '{}') : {};
    const [status, body] = qualityAnswer(req.method, path, q, language, sent) ?? auditAnswer(req.method, path, q) ?? [404, null];
    return body === null ? problem(res, status, zh ? '没有这项，或已经办结。' : 'There is no such thing, or it is closed.') : json(res, status, body);
  }
  if ((m = /^\/resources\/([^/]+)(\/records|\/batches)?$/.exec(path))) {
    const r = resources.find((x) => x.id === m[1]);
    if (!r) return problem(res, 404, zh ? `没有名为 ${m[1]} 的资源。` : `There is no resource ${m[1]}.`);
    if (!m[2]) return json(res, 200, resourceView(r, language, true));
    if (m[2] === '/batches') {
      const body = await bodyOf(req);
      if (body.length === 0) return problem(res, 422, zh ? '文件是空的。' : 'The file is empty.');
      const [status, batch] = receive(r.id, q.get('filename') ?? 'upload', body);
      return json(res, status, localBatch(batch, language));
    }
    if (req.method === 'POST') {
      const fields = JSON.parse(await bodyOf(req));
      const errors = r.fields.filter((f) => f.required && !fields[f.name]).map((f) => ({ field: `/${f.name}`, code: 'required', detail: zh ? `请填写${f.zh}。` : `${f.en} is required.` }));
      if (fields.phone && !/^1\d{10}$/.test(fields.phone)) errors.push({ field: '/phone', code: 'phone.length', detail: reasons['phone.length'][zh ? 'szh' : 'sen'](fields.phone) });
      if (errors.length) return problem(res, 422, zh ? '有内容需要更正。' : 'Some values need correcting.', errors);
      added.push(fields);
      return json(res, 201, { id: String(9000 + added.length), version: 1 });
    }
    const items = recordsOf(r, q.get('under'), offset, Math.min(limit, 100), Boolean(req.headers['jingwei-purpose']));
    return json(res, 200, { items, next_cursor: items.length === limit ? String(offset + limit) : null });
  }
  if (path === '/batches') return json(res, 200, page([...batches.values()].reverse().filter((b) => !q.get('resource') || b.resource.id === q.get('resource')).map((b) => localBatch(b, language))));
  if ((m = /^\/batches\/([^/]+)(\/refused|\/progress)?$/.exec(path))) {
    const b = batches.get(m[1]);
    if (!b) return problem(res, 404, zh ? '没有这个批次。' : 'There is no such batch.');
    if (!m[2]) return json(res, 200, localBatch(b, language));
    if (m[2] === '/refused') return json(res, 200, page(refusedRows.get(b.id).map((x) => ({ line: x.line, sheet: null, sheet_line: null, field: x.field, reason: x.reason, original: x.original, sentence: reasons[x.id][zh ? 'szh' : 'sen'](x.value) }))));
    stream(res);
    event(res, 'batch', localBatch(b, language));
    if (b.state === 'done') return res.end();
    const entry = { res, id: b.id, language };
    progress.add(entry);
    return req.on('close', () => progress.delete(entry));
  }
  if (path === '/tiles') {
    const tile = (id, show, metric, more = {}) => ({ id, show, metric, of: '', days: 30, unit: 'count', definition: '', title: title(metrics.find((one) => one.id === metric), language), ...more });
    const [first, second] = metrics;
    return json(res, 200, { items: [{ package: 'mock', title: zh ? '示例服务' : 'A sample service', owner: zh ? '网格办' : 'Grid office', tiles: [tile('total', 'number', first.id), tile('days', 'trend', first.id), tile('part', 'share', second.id, { of: first.id }), tile('map', 'map', first.id), tile('most', 'ranking', second.id)] }] });
  }
  if (path === '/cockpit') { const r = region(q.get('region') ?? '9901'); return r && json(res, 200, cockpit(r.code, language)); }
  if (path === '/cockpit/stream') {
    const r = region(q.get('region') ?? '9901');
    if (!r) return undefined;
    stream(res);
    const entry = { res, code: r.code, language };
    listeners.add(entry);
    return req.on('close', () => listeners.delete(entry));
  }
  if (path === '/metrics') return json(res, 200, { items: [...metrics.map((x) => ({ id: x.id, title: title(x, language), resource: x.resource, kind: 'count', definition: '', owner: '' })), ...['confirmed', 'cured', 'dead'].map((x) => ({ id: x, title: x, resource: 'epidemic-daily', kind: 'last', definition: '', owner: '' }))] });
  if (path === '/metrics/series') {
    const metric = q.get('metric'), code = q.get('region');
    const own = metrics.find((x) => x.id === metric);
    const titles = { confirmed: ['累计确诊', 'Confirmed'], cured: ['累计治愈', 'Cured'], dead: ['累计死亡', 'Deaths'] };
    const points = own ? days.map((day, i) => ({ day, value: daily.get(code)[metric][i] })) : epidemic[code] && titles[metric] ? epidemicDays.map((day, i) => ({ day, value: curve(code, metric, i) })) : [];
    return json(res, 200, { metric, title: own ? title(own, language) : titles[metric]?.[zh ? 0 : 1] ?? metric, kind: own ? 'count' : 'last', unit: null, source: own ? null : 'mock curve', definition: null, region: code, points });
  }
  return problem(res, 404, zh ? '没有这个地址。' : 'There is nothing at this address.');
}

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png', '.webmanifest': 'application/manifest+json', '.json': 'application/json' };
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src blob: 'self'; img-src 'self' data: blob:; connect-src 'self'";
createServer((req, res) => {
  const path = new URL(req.url, 'http://mock').pathname;
  if (path.startsWith('/api/v1/')) return answer(req, res).catch((cause) => problem(res, 500, String(cause)));
  if (path === '/healthz') return json(res, 200, { status: 'ok' });
  const openapi = join(here, '../../docs/api/openapi.json');
  if (path === '/api/openapi.json') return existsSync(openapi) ? json(res, 200, JSON.parse(readFileSync(openapi))) : json(res, 200, JSON.parse(readFileSync(join(here, 'openapi.json'))));
  let file = normalize(join(dist, path));
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
  if (!file.startsWith(normalize(dist)) || !existsSync(file)) return problem(res, 404, 'nothing here');
  res.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy });
  return res.end(readFileSync(file));
}).listen(port, '127.0.0.1', () => console.log(`mock hub on http://127.0.0.1:${port}`));

// Cases of the stand-in hub: one declared process, its cases in memory, the answers of modules/cases/api.yaml. People are told apart by login:
// resident reports, community accepts and closes, grid handles, street verifies.
import { randomFrom, grids, middle, pathOf, regions } from './city.mjs';

const random = randomFrom(23);
const two = (zh, en) => ({ zh, en });
const people = { grid: ['account:3', '演示 网格'], community: ['account:4', '演示 社区'], street: ['account:5', '演示 街道'], resident: ['account:6', '演示 居民'], grid2: ['account:7', '演示 网格乙'] };
const roleOf = { grid: 'grid-worker', grid2: 'grid-worker', community: 'community-staff', street: 'street-staff' };
const person = (login) => (people[login] ? { account: people[login][0], name: people[login][1] } : { account: 'account:1', name: `演示 ${login}` });
export const mockAccounts = Object.fromEntries(Object.entries(people).map(([login, [account]]) => [login, { account: account.slice(8), role: roleOf[login] ?? null, kind: login === 'resident' ? 'resident' : 'staff' }]));

const input = (name, title, type, extra = {}) => ({ name, title, type, required: false, personal: 'none', values: [], min: null, max: null, max_length: null, ...extra });
const choice = (id, zh, en) => ({ id, title: two(zh, en) });
const definition = {
  id: 'street-matter', prefix: 'SM', title: two('街面事件', 'Street matters'), description: two('路面、垃圾、照明等街面上的事，拍照上报，网格员就近处置。', 'Roads, rubbish, lamps: report with a photo, the nearest grid worker sees to it.'),
  summary: ['kind', 'words'], category: 'kind', urgency: 'urgency', photos_least: 0, photos_most: 9,
  fields: [
    input('kind', two('类别', 'Kind'), 'choice', { required: true, values: [choice('rubbish', '垃圾堆积', 'Rubbish'), choice('road', '路面破损', 'Road damage'), choice('lamp', '路灯不亮', 'Lamp out'), choice('noise', '噪声扰民', 'Noise')] }),
    input('urgency', two('紧急程度', 'Urgency'), 'choice', { required: true, values: [choice('normal', '一般', 'Normal'), choice('urgent', '紧急', 'Urgent')] }),
    input('words', two('情况说明', 'What is the matter'), 'text', { required: true, max_length: 500 }),
    input('grid', two('所在网格', 'Grid'), 'region', { required: true }),
  ],
  states: [
    ['reported', '待受理', 'Reported', 'accept', 'community-staff'], ['handling', '处置中', 'Being handled', 'handle', 'grid-worker'], ['verifying', '待核查', 'To be verified', 'verify', 'street-staff'],
    ['closed', '已结案', 'Closed', 'close', ''], ['refused', '不予受理', 'Not taken', 'close', ''],
  ].map(([id, zh, en, stage, waits_for]) => ({ id, title: two(zh, en), stage, waits_for, final: stage === 'close', parent: '' })),
  transitions: [
    { id: 'accept', title: two('受理派遣', 'Accept and dispatch'), from: ['reported'], to: 'handling', by: ['community-staff'], inputs: [], photos: 0, bulk: true, offline: false },
    { id: 'refuse', title: two('不予受理', 'Do not take'), from: ['reported'], to: 'refused', by: ['community-staff'], inputs: [input('why', two('理由', 'Reason'), 'text', { required: true, max_length: 300 })], photos: 0, bulk: false, offline: false },
    { id: 'handle', title: two('处置完成', 'Handled'), from: ['handling'], to: 'verifying', by: ['grid-worker', 'assignee'], inputs: [input('result', two('处置结果', 'Result'), 'text', { required: true, max_length: 300 })], photos: 0, bulk: false, offline: true },
    { id: 'verify', title: two('核查通过', 'Verified'), from: ['verifying'], to: 'closed', by: ['street-staff'], inputs: [], photos: 0, bulk: true, offline: false },
    { id: 'send-back', title: two('退回重办', 'Send back'), from: ['verifying'], to: 'handling', by: ['street-staff'], inputs: [], photos: 0, bulk: false, offline: false },
    { id: 'evaluate', title: two('评价', 'Evaluate'), from: ['closed'], to: 'closed', by: ['reporter'], inputs: [input('score', two('满意度', 'Score'), 'integer', { required: true, min: 1, max: 5 })], photos: 0, bulk: false, offline: false },
    { id: 'reopen', title: two('没有解决，重新办理', 'Not solved: open again'), from: ['closed'], to: 'handling', by: ['reporter'], inputs: [input('why', two('原因', 'Why'), 'text', { required: true, max_length: 300 })], photos: 0, bulk: false, offline: false },
  ],
};
const said = (value, zh) => (Array.isArray(value) ? value.map((one) => said(one, zh)) : value !== null && typeof value === 'object'
  ? ('zh' in value && 'en' in value ? value[zh ? 'zh' : 'en'] : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, said(one, zh)]))) : value);

const all = new Map();
const photos = new Map();
const synced = new Map();
const conflicts = [];
const answered = new Map();
let serial = 1000, photo_serial = 1, sequence = 1;
const place = (code, zh) => ({ code, path: pathOf(code, zh ? 'zh' : 'en').slice(2).map((one) => one.name).join(' / ') });
const state = (id) => definition.states.find((one) => one.id === id);
const iso = (at = Date.now()) => new Date(at).toISOString();

function open(fields, { login, longitude = null, latitude = null, in_name_of = '', pictures = [], at = Date.now() }) {
  const id = String(++serial);
  const one = { id, number: `SM-${id}`, version: 1, state: 'reported', fields, login, longitude, latitude, in_name_of, opened: at, changed: at, closed: null, due: at + 4 * 3600e3, assignee: null, photos: pictures, tasks: [], steps: [], supervised: 0, reopened: 0, score: null, parent: null };
  all.set(id, one);
  record(one, login, 'open', '', two('上报', 'Reported'), '', 'reported', {}, at);
  return one;
}
function record(one, login, kind, action, title, from, to, inputs = {}, at = Date.now(), words = '') {
  one.steps.push({ sequence: sequence++, kind, action, title, login, at, from_state: from, to_state: to, inputs, words, assignee: one.assignee });
}
function take(one, login, transition, inputs, words, pictures = [], at = Date.now()) {
  const from = one.state;
  one.state = transition.to;
  ++one.version;
  one.changed = at;
  one.due = state(one.state).final ? null : at + 6 * 3600e3;
  if (state(one.state).final && from !== one.state) one.closed = at;
  if (transition.id === 'accept' || transition.id === 'send-back' || transition.id === 'reopen') one.assignee = 'grid';
  if (transition.id === 'handle') one.assignee = null;
  if (transition.id === 'reopen') { ++one.reopened; one.closed = null; }
  if (transition.id === 'evaluate') one.score = Number(inputs.score);
  one.photos.push(...pictures);
  record(one, login, 'act', transition.id, transition.title, from, one.state, inputs, at, words);
}

const words = [['rubbish', 'normal', '路口垃圾两天没有清运'], ['lamp', 'normal', '小区东门路灯不亮'], ['road', 'urgent', '人行道塌陷，老人容易摔倒'], ['noise', 'normal', '夜间施工噪声'], ['rubbish', 'urgent', '建筑垃圾堵住消防通道'], ['lamp', 'normal', '公交站灯箱闪烁']];
for (let k = 0; k < 42; ++k) {
  const grid = grids[k < 14 ? k % 3 : Math.floor(random() * grids.length)];
  const [lon, lat] = middle(grid.ring);
  const [kind, urgency, text] = words[k % words.length];
  const one = open({ kind, urgency, words: text, grid: grid.code }, { login: k % 3 ? 'resident' : 'grid', longitude: lon + (random() - 0.5) * 0.004, latitude: lat + (random() - 0.5) * 0.004, at: Date.now() - Math.floor(random() * 5 * 3600e3) });
  const go = (id, login, inputs = {}) => take(one, login, definition.transitions.find((each) => each.id === id), inputs, '', [], one.changed + 60e3);
  if (k % 7 !== 0) go('accept', 'community');
  if (k % 7 > 3 && k > 13) go('handle', 'grid', { result: '已处理' });
  if (k % 7 > 4 && k > 13) go('verify', 'street');
  if (one.due !== null && k % 9 === 4) one.due = Date.now() - 50 * 60e3;
}

const loginOfAccount = (account) => Object.keys(people).find((login) => people[login][0] === account) ?? null;
const offered = (one, login) => definition.transitions.filter((each) => each.from.includes(one.state) && each.by.some((who) => who === roleOf[login] || (who === 'reporter' && one.login === login) || (who === 'assignee' && one.assignee === login)));
const titleOf = (name, value, zh) => { const field = definition.fields.find((each) => each.name === name); return field?.type === 'choice' ? said(field.values.find((each) => each.id === value)?.title ?? value, zh) : field?.type === 'region' ? regions.get(value)?.name ?? value : value ?? ''; };

function view(one, zh) {
  const at = state(one.state);
  return {
    id: one.id, number: one.number, process: definition.id, process_title: said(definition.title, zh), process_version: 1, version: one.version, state: one.state, state_title: said(at.title, zh), stage: at.stage, open: !at.final,
    summary: definition.summary.map((name) => titleOf(name, one.fields[name], zh)).filter(Boolean).join(' '), category: one.fields.kind, category_title: titleOf('kind', one.fields.kind, zh), urgency: one.fields.urgency, urgency_title: titleOf('urgency', one.fields.urgency, zh),
    place: place(one.fields.grid, zh), longitude: one.longitude, latitude: one.latitude, owner: place(one.fields.grid, zh), department: { id: '', title: '' }, assignee: one.assignee === null ? null : person(one.assignee), waits_for: one.assignee === null ? at.waits_for : '',
    opened_at: iso(one.opened), changed_at: iso(one.changed), closed_at: one.closed === null ? null : iso(one.closed), due_at: one.due === null ? null : iso(one.due), overdue: one.due !== null && one.due < Date.now(), escalated: 0, supervised: one.supervised, reopened: one.reopened,
    not_ours: 0, score: one.score, parent: one.parent, duplicates: 0, photos: one.photos.length, tasks_open: one.tasks.filter((each) => each.state === 'open').length,
  };
}
const answers = (given, fields, zh) => fields.filter((field) => given[field.name] !== undefined).map((field) => ({ name: field.name, title: said(field.title, zh), value: titleOf(field.name, given[field.name], zh), code: ['choice', 'region'].includes(field.type) ? given[field.name] : '', masked: false }));
const actionView = (each, zh) => ({ ...said({ id: each.id, title: each.title, to: each.to, inputs: each.inputs, photos: each.photos, offline: each.offline }, zh), assignee: false });
function detail(one, login, zh) {
  const worker = roleOf[login] !== undefined;
  return {
    case: view(one, zh), form: answers(one.fields, definition.fields, zh), reporter: person(one.login), in_name_of: one.in_name_of, actions: offered(one, login).map((each) => actionView(each, zh)),
    may: worker ? ['comment', 'hand_over', 'merge', 'task', 'supervise'] : ['comment'],
    steps: one.steps.map((step) => ({ sequence: step.sequence, kind: step.kind, action: step.action, title: said(step.title, zh), actor: person(step.login), at: iso(step.at), from_state: step.from_state, to_state: step.to_state, owner: place(one.fields.grid, zh), department: { id: '', title: '' }, assignee: step.assignee === null ? null : person(step.assignee), words: step.words, inputs: answers(step.inputs, definition.transitions.find((each) => each.id === step.action)?.inputs ?? [], zh), late: false })),
    photos: one.photos.map((id) => ({ id, media: 'image/jpeg', bytes: photos.get(id)?.length ?? 0, by: person(one.login), at: iso(one.changed), stage: 'report' })), tasks: one.tasks,
  };
}
const summaryView = (login, zh) => ({ ...said({ id: definition.id, title: definition.title, description: definition.description }, zh), version: 1, package: 'mock', form: definition.id, retired: false, may_open: true, open_cases: [...all.values()].filter((one) => !state(one.state).final).length });
const processView = (login, zh) => ({ process: summaryView(login, zh), ...said({ fields: definition.fields, summary: definition.summary, category: definition.category, urgency: definition.urgency, photos_least: 0, photos_most: 9, states: definition.states, transitions: definition.transitions }, zh), in_name_of: roleOf[login] === 'grid-worker', versions: [], migration: '', definition: {} });

const problem = (status, detail, errors) => [status, { type: 'about:blank', title: detail, status, detail, code: status === 409 ? 'conflict' : status === 404 ? 'not_found' : 'invalid', ...(errors ? { errors } : {}) }];
const missingOf = (fields, given, zh, at) => fields.filter((field) => field.required && !given[field.name]).map((field) => ({ field: `${at}/${field.name}`, code: 'required', detail: zh ? `请填写${said(field.title, zh)}。` : `${said(field.title, zh)} is required.` }));

function tryOpen(body, login, zh, at) {
  const wrong = missingOf(definition.fields, body.form ?? {}, zh, '/form');
  if (wrong.length > 0) return problem(422, wrong.map((one) => one.detail).join(' '), wrong);
  return [201, detail(open(body.form, { login, longitude: body.longitude ?? null, latitude: body.latitude ?? null, in_name_of: body.in_name_of ?? '', pictures: body.photos ?? [], at }), login, zh)];
}
function tryAct(one, body, login, zh) {
  const transition = definition.transitions.find((each) => each.id === body.action);
  const last = one.steps[one.steps.length - 1];
  if (body.version !== one.version) return problem(409, zh ? `${person(last.login).name}已先办理“${said(last.title, zh)}”，请按现在的情况再办。` : `${person(last.login).name} was first: “${said(last.title, zh)}”. Look again, then act.`);
  if (transition === undefined || !offered(one, login).includes(transition)) return problem(403, zh ? '这件事现在不能这样办。' : 'This cannot be done now.');
  const wrong = missingOf(transition.inputs, body.inputs ?? {}, zh, '/inputs');
  if (wrong.length > 0) return problem(422, wrong.map((each) => each.detail).join(' '), wrong);
  take(one, login, transition, body.inputs ?? {}, body.words ?? '', body.photos ?? []);
  return [200, detail(one, login, zh)];
}
function syncOne(device, action, login, zh) {
  const key = `${login}/${device}/${action.sequence}`;
  if (synced.has(key)) return { ...synced.get(key), ...(synced.get(key).outcome === 'done' ? { outcome: 'done_before' } : {}) };
  const one = all.get(action.case);
  const [status, body] = action.kind === 'open' ? tryOpen({ ...action, form: action.form }, login, zh, Date.parse(action.done_at) || Date.now())
    : one === undefined ? problem(404, zh ? '没有这件案件。' : 'There is no such case.')
      : action.kind === 'comment' ? (record(one, login, 'comment', '', two('意见', 'Comment'), '', '', {}, Date.now(), action.words), [200, detail(one, login, zh)]) : tryAct(one, { ...action, inputs: action.form }, login, zh);
  const done = status < 300;
  const conflict = done ? null : String(900 + conflicts.length + 1);
  const result = { sequence: action.sequence, outcome: done ? 'done' : status === 409 ? 'conflict' : 'refused', case: done ? body.case.id : action.case ?? null, version: done ? body.case.version : one?.version ?? null, conflict, code: done ? '' : body.code, sentence: done ? '' : body.detail };
  if (!done) conflicts.push({ id: conflict, device, sequence: action.sequence, kind: action.kind, case: action.case ?? null, actor: person(login), at: iso(), done_at: action.done_at ?? null, code: body.code, sentence: body.detail, action, login });
  synced.set(key, result);
  return result;
}

const tile = (id, zh, en, on, kind, columns = [], filters = []) => ({ id, on, title: two(zh, en), package: 'mock', description: '', kind, process: definition.id, resource: '', icon: '', order: '', columns, filters, prefill: {} });
const tiles = [
  tile('matter-report', '拍照上报', 'Report a matter', 'pocket', 'form'), tile('matter-mine', '我的事件', 'My matters', 'pocket', 'list'), tile('matter-inbox', '街面待办', 'Matters to handle', 'desk', 'inbox', ['number', 'kind', 'urgency', 'words', 'state', 'deadline']), tile('matter-list', '街面台账', 'All matters', 'desk', 'list', ['number', 'kind', 'urgency', 'words', 'state', 'region', 'opened_at', 'closed_at'], ['kind', 'urgency', 'state', 'region']),
  tile('matter-board', '街面看板', 'Matters by state', 'desk', 'board'), tile('matter-map', '街面地图', 'Matters on the map', 'desk', 'map'), tile('matter-new', '登记事件', 'File a matter', 'desk', 'form'),
];

// What these addresses answer: [status, body]; undefined for all others. A picture is [200, Buffer].
export function casesAnswer(method, path, q, body, login, zh, key) {
  if (path === '/pages') return [200, { items: said(tiles.filter((one) => one.on === (q.get('on') ?? one.on)), zh) }];
  if (!/^\/(processes|cases|own-cases|own-tasks|case-|inbox|duties|calendar)/.test(path)) return undefined;
  const limit = Number(q.get('limit') ?? 50), offset = Number(q.get('cursor') ?? 0);
  const page = (items) => ({ items: items.slice(offset, offset + limit).map((one) => view(one, zh)), next_cursor: offset + limit < items.length ? String(offset + limit) : null });
  const once = (work) => { const named = key && `${login}/${path}/${key}`; if (named && answered.has(named)) return answered.get(named); const told = work(); if (named && told[0] < 500) answered.set(named, told); return told; };
  const newest = [...all.values()].sort((a, b) => b.opened - a.opened);
  const wanted = (one) => (!q.get('process') || q.get('process') === definition.id) && (!q.get('state') || one.state === q.get('state')) && (!q.get('stage') || state(one.state).stage === q.get('stage')) && (!q.get('category') || one.fields.kind === q.get('category'))
    && (!q.get('urgency') || one.fields.urgency === q.get('urgency')) && (!q.get('under') || one.fields.grid.startsWith(q.get('under'))) && (q.get('open') === null || q.get('open') === String(!state(one.state).final)) && (q.get('overdue') !== 'true' || (one.due !== null && one.due < Date.now()));
  let m;
  if (path === '/processes') return [200, { items: [summaryView(login, zh)] }];
  if (path === `/processes/${definition.id}`) return [200, processView(login, zh)];
  if (path === `/processes/${definition.id}/cases` && method === 'POST') return once(() => tryOpen(body, login, zh));
  if (path === `/processes/${definition.id}/board`) {
    const columns = definition.states.map((at) => { const inside = newest.filter((one) => one.state === at.id && wanted(one)); return { state: at.id, title: said(at.title, zh), stage: at.stage, count: inside.length, overdue: inside.filter((one) => one.due !== null && one.due < Date.now()).length, items: inside.slice(0, Number(q.get('items') ?? 10)).map((one) => view(one, zh)) }; });
    return [200, { process: definition.id, columns }];
  }
  if (path === '/cases') return [200, page(newest.filter(wanted))];
  if (path === '/own-cases') return [200, page(newest.filter((one) => one.login === login))];
  if (path === '/inbox' || path === '/inbox/count') {
    const mine = newest.filter((one) => one.assignee === login && !state(one.state).final);
    const role = newest.filter((one) => one.assignee === null && state(one.state).waits_for === roleOf[login] && !state(one.state).final);
    const late = [...mine, ...role].filter((one) => one.due !== null && one.due < Date.now()).length;
    if (path === '/inbox/count') return [200, { mine: mine.length, role: role.length, overdue: late }];
    return [200, page((q.get('mine') === 'true' ? mine : [...mine, ...role]).sort((a, b) => (a.due ?? Infinity) - (b.due ?? Infinity)))];
  }
  if (path === '/case-points') return [200, { items: newest.filter((one) => !state(one.state).final && one.longitude !== null && wanted(one)).map((one) => ({ id: one.id, process: definition.id, state: one.state, stage: state(one.state).stage, category: one.fields.kind, longitude: one.longitude, latitude: one.latitude, overdue: one.due !== null && one.due < Date.now() })), more: false }];
  if (path === '/case-photos' && method === 'POST') return once(() => { const id = String(photo_serial++); photos.set(id, body); return [201, { id, media: 'image/jpeg', bytes: body.length, by: person(login), at: iso(), stage: 'report' }]; });
  if ((m = /^\/case-photos\/(\d+)$/.exec(path))) return photos.has(m[1]) ? [200, photos.get(m[1])] : problem(404, 'no picture');
  if (path === '/case-sync') return [200, { items: body.actions.map((action) => syncOne(body.device, action, login, zh)) }];
  if (path === '/case-conflicts') return [200, { items: conflicts.filter((one) => one.login === login) }];
  if ((m = /^\/case-conflicts\/(\d+)\/settled$/.exec(path))) { const at = conflicts.findIndex((one) => one.id === m[1]); if (at >= 0) conflicts.splice(at, 1); return [204]; }
  if (path === '/case-actions') {
    const items = body.cases.map(({ id, version }) => { const told = all.has(id) ? tryAct(all.get(id), { ...body, version }, login, zh) : problem(404, 'no case'); return { id, done: told[0] < 300, version: all.get(id)?.version ?? null, code: told[0] < 300 ? '' : told[1].code, sentence: told[0] < 300 ? '' : told[1].detail }; });
    return [200, { items, done: items.filter((one) => one.done).length }];
  }
  if (path === '/duties') return [200, { items: ['grid', 'grid2'].map((each, k) => ({ id: String(k + 1), duty: 'grid-worker', region: place(grids[k].code, zh), department: { id: '', title: '' }, person: person(each), from: iso(), until: null, days: '', hours: '08:00-18:00', on_duty: true, open_cases: 3 + k })) }];
  if (path === '/calendar') return [200, { version: 1, begin: '08:30', end: '17:30', rest_begin: '12:00', rest_end: '13:30', from: '2020-01-01', to: '2027-12-31', set_by: 'system', set_at: iso(), days: [{ day: `${q.get('year')}-01-01`, working: false, name: '元旦' }, { day: `${q.get('year')}-10-01`, working: false, name: '国庆节' }, { day: `${q.get('year')}-10-10`, working: true, name: '调休上班' }] }];
  if ((m = /^\/cases\/(\d+)(?:\/(\w[\w-]*))?$/.exec(path))) {
    const one = all.get(m[1]);
    if (one === undefined) return problem(404, zh ? '没有这件案件。' : 'There is no such case.');
    const told = (kind, title, words) => { ++one.version; record(one, login, kind, '', title, '', '', {}, Date.now(), words); return [200, detail(one, login, zh)]; };
    if (m[2] === undefined) return [200, detail(one, login, zh)];
    if (m[2] === 'actions') return once(() => tryAct(one, body, login, zh));
    if (m[2] === 'comments') return once(() => told('comment', two('意见', 'Comment'), body.words));
    if (m[2] === 'supervisions') { ++one.supervised; return told('supervise', two('督办', 'Pressed for'), body.words); }
    if (m[2] === 'hand-overs') return told('hand_over', two('移交', 'Handed over'), body.reason);
    if (m[2] === 'mergers') { one.parent = body.parent; one.state = 'closed'; return told('merge', two('并案', 'Merged'), ''); }
    if (m[2] === 'similar') return [200, page(newest.filter((each) => each !== one && each.fields.kind === one.fields.kind && each.fields.grid === one.fields.grid && !state(each.state).final))];
    if (m[2] === 'tasks') { const task = { id: String(sequence++), case: one.id, title: body.title, region: place(one.fields.grid, zh), department: { id: '', title: '' }, assignee: body.assignee ? person(loginOfAccount(body.assignee) ?? 'grid') : null, role: body.role ?? '', state: 'open', due_at: null, opened_at: iso(), closed_at: null, words: '' }; one.tasks.push(task); return [201, task]; }
  }
  if ((m = /^\/case-tasks\/(\d+)\/steps$/.exec(path))) { const task = [...all.values()].flatMap((one) => one.tasks).find((each) => each.id === m[1]); if (!task) return problem(404, 'no task');
    if (body.step === 'take' && task.assignee !== null) return problem(409, zh ? `任务已由 ${task.assignee.name} 领取。` : `${task.assignee.name} has taken the task already.`);
    Object.assign(task, body.step === 'take' ? { assignee: person(login) } : body.step === 'give_back' ? { assignee: null } : { state: body.step === 'done' ? 'done' : 'cancelled', closed_at: iso(), words: body.words ?? '' }); return [200, task]; }
  if (path === '/own-tasks') {
    const open = [...all.values()].flatMap((one) => one.tasks).filter((each) => each.state === 'open');
    return [200, { mine: open.filter((each) => each.assignee?.account === person(login).account), offered: open.filter((each) => each.assignee === null && each.role !== '') }];
  }
  return undefined;
}

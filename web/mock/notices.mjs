// Notices of the stand-in hub: a few sent, each with its readers, as modules/notice/api.yaml answers them.
import { regions } from './city.mjs';

const at = (hours) => new Date(Date.now() + hours * 3600e3).toISOString();
const communities = [...regions.values()].filter((one) => one.level === 5).slice(0, 8);
const people = communities.flatMap((region, k) => Array.from({ length: 6 }, (_, i) => ({ account: String(100 + k * 6 + i), name: `演示 ${k * 6 + i + 1}`, region: region.code, region_name: region.name, role: i % 3 ? '网格员' : '社区工作人员', read_at: (k + i) % 3 ? at(-5 + k / 2) : null, answered_at: (k * i) % 4 === 3 ? at(-2) : null, reminders: (k + i) % 3 ? 0 : 1, person: k === 1 && i === 2, building: k === 1 && i === 2 ? '香洲路1号2栋' : '', answers: (k * i) % 4 === 3 ? { people: 20 + k * i, ok: 'yes' } : null })));
const question = (id, title, type, required = true, values = []) => ({ id, title, type, required, values });
const base = { state: 'sent', audience: {}, channels: ['page'], region: '9901', region_name: '云汐市', department: '', sent_by: '演示 指挥', due_at: null, remind_hours: 24, recipients: people.length, reminders: 1, reminded_at: at(-3), ended_at: null, questions: [] };
const sent = [
  { ...base, id: '501', kind: 'order', title: '摸排辖区独居老人用药需求', body: '请各社区今天下班前报送需要代配药的独居老人数。', due_at: at(5), sent_at: at(-8), questions: [question('people', '需要代配药的人数', 'number'), question('ok', '药店能否供应', 'yes_no'), question('note', '困难', 'text', false)] },
  { ...base, id: '502', kind: 'notice', title: '明晚停水通知', body: '因管道检修，明晚 22 时至次日 5 时停水，请提前储水。', sent_at: at(-20) },
  { ...base, id: '503', kind: 'form', title: '志愿者排班意向', body: '', sent_at: at(-70), state: 'ended', ended_at: at(-10), questions: [question('shift', '哪个班次', 'choice', true, ['早班', '午班', '晚班'])] },
];
const own = new Map(sent.map((one) => [one.id, { read_at: one.id === '503' ? at(-60) : null, answered_at: null, answers: null }]));
const rumours = [{ id: '701', state: 'published', claim: '自来水加了药，不能喝', seen_at: '业主群', claimed_on: null, verdict: 'false', verdict_title: '不实', explanation: '水厂按常规加氯消毒，出厂水每日检测合格，可以放心饮用。', sources: [{ title: '水务局检测日报' }], published_at: at(-30), withdrawn_at: null }];
const alerts = [{ id: '801', identifier: 'mock-1', kind: 'Alert', stands: true, status: 'Exercise', category: 'Met', event: '暴雨', urgency: 'Expected', severity: 'Moderate', certainty: 'Likely', headline: '暴雨黄色预警（演练）', description: '未来六小时有五十毫米以上降雨。', instruction: '低洼处请转移车辆。', areas: ['9901'], effective_at: at(-1), expires_at: at(6), sent_at: at(-1), update_of: null, replaced_by: null }];
const counts = (list) => ({ all: list.length, read: list.filter((one) => one.read_at !== null).length, answered: list.filter((one) => one.answered_at !== null).length });
const mine = (one) => ({ id: one.id, kind: one.kind, title: one.title, body: one.body, sent_at: one.sent_at, due_at: one.due_at, ended: one.state === 'ended', questions: one.questions, reminders: 0, ...own.get(one.id) });

// [status, body]; undefined for other addresses.
export function noticesAnswer(method, path, q, body) {
  let m;
  if (path === '/me/notices') return [200, { items: sent.map(mine).filter((one) => q.get('unread') !== 'true' || one.read_at === null), next_cursor: null, unread: [...own.values()].filter((one) => one.read_at === null).length }];
  if ((m = /^\/me\/notices\/(\d+)(\/read|\/answer)?$/.exec(path))) {
    const one = sent.find((each) => each.id === m[1]);
    if (one === undefined) return [404, { title: 'no notice', status: 404, detail: '没有这条通知。' }];
    if (m[2] === '/read') own.get(one.id).read_at ??= at(0);
    if (m[2] === '/answer' && own.get(one.id).answered_at !== null) return [409, { title: 'conflict', status: 409, code: 'conflict', detail: '这条通知已经答复过。' }];
    if (m[2] === '/answer') Object.assign(own.get(one.id), { answered_at: at(0), answers: Object.fromEntries(body.answers.map((each) => [each.question, each.answer])) });
    return [200, mine(one)];
  }
  if (path === '/notices/preview') return [200, { subjects: 40 * (body.audience.subjects ?? []).length, without_phone: 3 * (body.audience.subjects ?? []).length, people: body.audience.regions?.length ? 6 * body.audience.regions.length : people.length, regions: communities.map((one) => ({ region: one.code, name: one.name, count: 6 })), full: body.kind === 'form' ? [{ region: communities[0].code, name: communities[0].name, count: 10, most: 10 }] : [] }];
  if (path === '/notices' && method === 'POST') { const made = { ...base, ...body, id: String(504 + sent.length), sent_at: at(0), questions: body.questions ?? [] }; sent.unshift(made); own.set(made.id, { read_at: null, answered_at: null, answers: null }); return [201, made]; }
  if (path === '/notices') return [200, { items: sent.filter((one) => !q.get('kind') || one.kind === q.get('kind')), next_cursor: null }];
  if (path === '/notice-loads') return [200, { month: at(0).slice(0, 7), caps: { orders: 20, forms: 10 }, items: communities.map((one, k) => ({ region: one.code, name: one.name, orders: k * 2, forms: k === 0 ? 10 : k })) }];
  if (path === '/notice-caps') return [200, body];
  if (path === '/notice-webhook') return method === 'DELETE' ? [204, undefined] : [200, { url: method === 'PUT' ? body.url : 'https://program.example/notices', secret: method === 'PUT' && body.keep_secret !== true ? 'whsec_bWFkZSB1cA==' : null, handed: 128, failures: 0, error: null, error_at: null, last_ok_at: at(-1) }];
  if (path === '/rumours' || path === '/rumour-drafts') return method === 'POST' ? [201, rumours[0]] : [200, { items: rumours, next_cursor: null }];
  if (path === '/alerts') return [200, { items: alerts }];
  if ((m = /^\/notices\/(\d+)(?:\/(\w+))?$/.exec(path))) {
    const one = sent.find((each) => each.id === m[1]);
    if (one === undefined) return [404, { title: 'no notice', status: 404, detail: '没有这条通知。' }];
    if (m[2] === undefined) return [200, { notice: one, counts: counts(people), deliveries: [] }];
    if (m[2] === 'end') { one.state = 'ended'; return [200, one]; }
    if (m[2] === 'reminders') { ++one.reminders; return [200, { people: people.filter((each) => each.read_at === null).length }]; }
    if (m[2] === 'progress') return [200, { items: communities.map((each) => { const list = people.filter((who) => who.region === each.code); return { region: each.code, name: each.name, counts: counts(list), questions: one.questions.map((asked) => ({ question: asked.id, answered: counts(list).answered, sum: asked.type === 'number' ? list.reduce((sum, who) => sum + (who.answers?.people ?? 0), 0) : null, counts: asked.type === 'number' ? {} : { yes: counts(list).answered } })) }; }) }];
    if (m[2] === 'receipts') { const wanted = { unread: (who) => who.read_at === null, read: (who) => who.read_at !== null, answered: (who) => who.answered_at !== null, unanswered: (who) => who.answered_at === null }[q.get('state')] ?? (() => true); return [200, { items: people.filter((who) => wanted(who) && (!q.get('region') || who.region === q.get('region'))), next_cursor: null }]; }
  }
  return undefined;
}

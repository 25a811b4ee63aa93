// Quality of what departments supply and objections to it, as the pages need them: fictional; answers to objections are kept until the
// mock ends.
import { providerOf, reasons, resources } from './resources.mjs';

const day_ms = 86400e3;
const at = (days) => new Date(Date.now() - days * day_ms).toISOString();
const dayOf = (days) => at(days).slice(0, 10);
const weights = { accuracy: 50, repair: 15, timeliness: 25, objections: 10 };
const sentences = {
  accuracy: { zh: (p) => `${p}% 的行一次收下。`, en: (p) => `${p}% of rows were taken at the first try.` },
  repair: { zh: (p) => `拒收的行中 ${p}% 已补正。`, en: (p) => `${p}% of the refused rows were mended.` },
  timeliness: { zh: (p) => `应报的各期中 ${p}% 按时。`, en: (p) => `${p}% of the rounds came in time.` },
  objections: { zh: (p) => `异议中 ${p}% 按期答复。`, en: (p) => `${p}% of the objections were answered in time.` },
};
const none = { accepted: 0, created: 0, updated: 0, unchanged: 0, cleaned: 0, refused: 0, mended: 0, loads: 0, on_time: 0, late: 0, objected: 0, upheld: 0, declined: 0, withdrawn: 0, answered_in_time: 0, answers_missed: 0 };

// One resource's counts of one day: the same whenever it is asked for.
function countsOf(seed, back) {
  const wave = 1 + ((seed * 7 + back * 3) % 5), rows = 120 * wave, refused = (seed * 11 + back) % 9;
  const late = (seed + back) % 6 === 0 ? 1 : 0;
  return { ...none, accepted: rows, created: Math.round(rows * 0.4), updated: Math.round(rows * 0.2), unchanged: Math.round(rows * 0.4), cleaned: Math.round(rows * 0.1), refused, mended: Math.min(refused, seed % 4), loads: 1, on_time: 1 - late, late };
}
const summed = (all) => all.reduce((sum, one) => Object.fromEntries(Object.keys(none).map((key) => [key, sum[key] + one[key]])), none);
const share = (part, whole) => (whole === 0 ? null : part / whole);
const valuesOf = (c) => ({
  accuracy: share(c.accepted, c.accepted + c.refused), repair: share(c.mended, c.refused), timeliness: share(c.on_time, c.on_time + c.late), objections: share(c.answered_in_time, c.answered_in_time + c.answers_missed),
});
function partsOf(counts, language) {
  const values = valuesOf(counts);
  const full = Object.entries(weights).reduce((sum, [part, weight]) => sum + (values[part] === null ? 0 : weight), 0);
  return Object.entries(weights).map(([part, weight]) => {
    const value = values[part];
    const lost = value === null || full === 0 ? 0 : ((1 - value) * weight * 100) / full;
    const nothing = { zh: '没有可计的数据。', en: 'Nothing to count.' }[language];
    return { part, weight, value, lost, sentence: value === null ? nothing : sentences[part][language]((value * 100).toFixed(1)) };
  });
}
const scoreOf = (counts, language) => (counts.accepted + counts.refused === 0 ? null : 100 - partsOf(counts, language).reduce((sum, part) => sum + part.lost, 0));

function standing(id, title, provider, seeds, span, language) {
  const days = Array.from({ length: span }, (_, k) => {
    const back = span - 1 - k, counts = summed(seeds.map((seed) => countsOf(seed, back)));
    return { day: dayOf(back), score: scoreOf(counts, language), counts };
  });
  const counts = summed(days.map((one) => one.counts));
  const groups = ['phone', 'citizen_id', 'required'];
  return {
    id, title, provider, score: scoreOf(counts, language), parts: partsOf(counts, language), counts, days,
    reasons: groups.map((group, k) => ({ id: group, title: Object.values(reasons)[k % Object.keys(reasons).length][language], rows: Math.round(counts.refused * [0.5, 0.3, 0.2][k]) })),
    last_received_at: at(0.2), due: dayOf(-1), missed_now: 0,
  };
}
const ofResource = (r, span, language) => standing(r.id, r[language], providerOf(r.provider, language), [resources.indexOf(r) + 1], span, language);
function ofProvider(id, span, language) {
  const own = resources.filter((r) => providerOf(r.provider, language).id === id);
  if (own.length === 0) return undefined;
  const provider = providerOf(own[0].provider, language);
  return standing(id, provider.title, provider, own.map((r) => resources.indexOf(r) + 1), span, language);
}
const lowestFirst = (all) => all.sort((a, b) => (a.score ?? 101) - (b.score ?? 101));

const kept = [0, 1, 2].map((k) => ({
  id: String(31 + k), resource: resources[k], record: String(5001 + k), state: ['open', 'open', 'accepted'][k], opened: [1, 9, 12][k], answer: k === 2 ? '已更正' : null,
  steps: [{ step: 'open', actor: '王敏', at: at([1, 9, 12][k]) }, ...(k === 1 ? [{ step: 'overdue', actor: '', at: at(4) }, { step: 'remind', actor: '', at: at(2) }] : []), ...(k === 2 ? [{ step: 'accept', actor: '李强', at: at(10) }] : [])],
}));
function view(one, language) {
  const field = one.resource.fields[0], late = one.state === 'open' && one.opened > 5;
  const closing = one.steps.find((each) => ['accept', 'decline', 'withdraw'].includes(each.step));
  return {
    id: one.id, resource: one.resource.id, resource_title: one.resource[language], record: one.record, version: 1, field: field.name, field_title: field[language], personal: true,
    provider: providerOf(one.resource.provider, language), state: one.state, objector: one.steps[0].actor, opened_at: one.steps[0].at, due_at: at(one.opened - 5), overdue: late, days_overdue: late ? one.opened - 5 : 0,
    reminders: late ? 1 : 0, reminded_at: late ? at(2) : null, closed_by: closing?.actor ?? null, closed_at: closing?.at ?? null, unmended: false,
  };
}
const detail = (one, language) => ({ objection: view(one, language), reason: '不是我的', proposed: null, answer: one.answer, steps: one.steps });

// The answer to one of these addresses: [status, body]; nothing for others. `body` is what was sent.
export function qualityAnswer(method, path, q, language, body) {
  const span = Number(q.get('days') ?? 30);
  const absent = [404, null];
  let m;
  if (path === '/quality') {
    const providers = [...new Set(resources.map((r) => providerOf(r.provider, language).id))];
    return [200, {
      from: dayOf(span - 1), to: dayOf(0), resources: lowestFirst(resources.map((r) => ofResource(r, span, language))), providers: lowestFirst(providers.map((id) => ofProvider(id, span, language))),
      open_objections: kept.filter((one) => one.state === 'open').length, overdue_objections: kept.filter((one) => view(one, language).overdue).length,
    }];
  }
  if ((m = /^\/quality\/(resources|providers)\/([^/]+)$/.exec(path))) {
    const resource = resources.find((r) => r.id === m[2]);
    const found = m[1] === 'providers' ? ofProvider(m[2], span, language) : resource && ofResource(resource, span, language);
    return found ? [200, found] : absent;
  }
  // In the mock everybody is who objected.
  if (path === '/own-objections') return [200, { items: [...kept].reverse().map((one) => view(one, language)).filter((one) => !q.get('state') || one.state === q.get('state')), next_cursor: null }];
  if ((m = /^\/own-objections\/([^/]+)(\/withdrawal)?$/.exec(path))) return qualityAnswer(method, `/objections/${m[1]}${m[2] ? '/steps' : ''}`, q, language, m[2] ? { ...body, step: 'withdraw' } : body);
  if (path === '/objections' && method === 'GET') {
    const items = [...kept].reverse().map((one) => view(one, language)).filter((one) => (!q.get('state') || one.state === q.get('state')) && (!q.get('resource') || one.resource === q.get('resource'))
      && (!q.get('provider') || one.provider.id === q.get('provider')) && (q.get('overdue') !== 'true' || one.overdue));
    return [200, { items, next_cursor: null }];
  }
  if (path === '/objections') {
    const resource = resources.find((r) => r.id === body.resource);
    if (!resource) return absent;
    kept.push({ id: String(31 + kept.length), resource, record: body.record, state: 'open', opened: 0, answer: null, steps: [{ step: 'open', actor: body.actor, at: at(0) }] });
    return [201, detail(kept.at(-1), language)];
  }
  if ((m = /^\/objections\/([^/]+)(\/steps)?$/.exec(path))) {
    const one = kept.find((each) => each.id === m[1]);
    if (!one) return absent;
    if (!m[2]) return [200, detail(one, language)];
    if (one.state !== 'open') return [409, null];
    Object.assign(one, { state: { accept: 'accepted', decline: 'declined', withdraw: 'withdrawn' }[body.step], answer: body.reason ?? null });
    one.steps.push({ step: body.step, actor: body.actor, at: at(0) });
    return [200, detail(one, language)];
  }
  return undefined;
}

// The catalogue's lists and a resource's life, as the pages need them: fictional, and nothing is kept.
const at = (days) => new Date(Date.now() - days * 86400e3).toISOString();
const day = (days) => new Date(Date.now() + days * 86400e3).toISOString().slice(0, 10);
const office = (id, zh, en) => ({ id, title: { zh, en } });
const told = (what, language) => ({ id: what.id, title: what.title[language] });
const police = office('public-security', '公安局', 'Public Security Bureau');
const housing = office('housing', '住房和城乡建设局', 'Housing Bureau');

const version = (id, number, state, more = {}) => ({
  resource: id, title: id, provider: { id: 'demo', title: 'demo' }, version: number, state, origin: number === 1 ? 'package' : 'desk', author: '林一', submitted_by: null, reviewed_by: null,
  published_by: null, reason: null, breaking: null, changed_at: at(3 - number), published_at: null, ...more,
});
const versionsOf = (id) => [
  version(id, 2, 'submitted', { submitted_by: '林一', breaking: '电话改由公安局提供' }),
  version(id, 1, 'published', { published_by: 'package:city-departments', published_at: at(30) }),
];

const overlaps = (language) => [{
  meaning: 'phone', same_purpose: true, exemption: null,
  again: { resource: 'household-visits', resource_title: { zh: '入户走访', en: 'Household visits' }[language], field: 'phone', field_title: { zh: '联系电话', en: 'Phone' }[language], provider: told(housing, language), sharing: 'conditional', collected_from: 'grid' },
  already: { resource: 'resident-register', resource_title: { zh: '常住人口登记', en: 'Resident register' }[language], field: 'phone', field_title: { zh: '联系电话', en: 'Phone' }[language], provider: told(police, language), sharing: 'conditional', collected_from: 'residents' },
  sentence: { zh: '“联系电话”已由公安局的“常住人口登记”采集，有条件共享。请联系公安局取用，不要再向居民要。', en: 'Phone is in the Resident register of the Public Security Bureau already, shared conditionally. Ask the bureau for it, not the residents.' }[language],
}];

const detail = (id, number, language) => {
  const all = versionsOf(id), one = all.find((each) => each.version === number) ?? all[0];
  const open = one.state !== 'published';
  return {
    version: one, compared_with: open ? 1 : null, overlaps: open ? overlaps(language) : [],
    definition: { id, title: { zh: '示例', en: 'Sample' }, provider: { id: 'demo', zh: '部门', en: 'Office' }, sharing: 'conditional', retention: '1y', update: 'daily', key: ['no'], fields: [{ name: 'no', title: { zh: '编号', en: 'No' }, type: 'text', required: true }] },
    differences: open ? [{ kind: 'removed', path: 'fields.phone', before: 'phone', after: '' }, { kind: 'changed', path: 'update', before: 'daily', after: 'weekly' }, { kind: 'added', path: 'fields.note', before: '', after: 'text' }] : [],
    breaks: open ? [{ field: 'phone', records: 318, sentence: { zh: '删去了字段“联系电话”（phone）：318 条现有记录中的这一项不再提供。', en: 'Field Phone (phone) is dropped: 318 records that stand no longer give it.' }[language] }] : [],
    dependents: open ? [{ about: 'demand:5', department: 'education', title: '适龄儿童人数' }] : [],
    steps: [{ step: 'draft', actor: '林一', at: at(2), reason: '' }, ...(open ? [{ step: 'submit', actor: '林一', at: at(1), reason: '' }] : [])],
  };
};

const demand = (language, more) => ({
  id: '5', department: told(office('education', '教育局', 'Education Bureau'), language), title: '适龄儿童人数（分网格）', words: '为秋季学位安排，需要各网格 5 至 7 岁儿童人数，不需要姓名与证件号码。', resource: null, fields: [],
  purpose: '学位规划', legal_basis: '政务信息资源共享管理暂行办法（示例）', wanted_by: day(20), state: 'asked', answer: null, answer_resource: null, answer_resource_title: null, answer_reason: '', promised_for: null,
  asked_by: 'package:city-departments', answered_by: null, asked_at: at(3), answered_at: null, delivered_at: null, closed_at: null, due: day(7), days_overdue: 0, synthetic: true, ...more,
});
const demands = (language) => [
  demand(language), demand(language, { id: '6', title: '独居老人名单与联系电话', due: day(-4), days_overdue: 4, asked_at: at(14) }),
  demand(language, { id: '7', title: '企业复工日期', state: 'answered', answer: 'refused', answer_reason: '可在企业登记中查到', due: null }),
];
const responsibility = (language, more) => ({
  id: '17', department: told(police, language), resource: 'resident-register', resource_title: { zh: '常住人口登记', en: 'Resident register' }[language], fields: [], field_titles: [], rhythm: 'daily', basis: '责任清单（示例）',
  synthetic: true, steward: null, last_received_at: at(0.2), due_at: at(-0.8), overdue: false, days_overdue: 0, rounds_missed: 0, reminders: 0, reminded_at: null, ...more,
});
const responsibilities = (language) => [
  responsibility(language), responsibility(language, { id: '18', resource: 'epidemic-daily', resource_title: { zh: '疫情日报', en: 'Epidemic figures' }[language], overdue: true, days_overdue: 3, rounds_missed: 4, reminders: 3, reminded_at: at(0.3), last_received_at: null }),
];
const notices = (language) => [0.3, 1.3, 2.3].map((days, k) => ({
  id: String(90 + k), kind: 'overdue', resource: 'epidemic-daily', resource_title: '', about: 'responsibility:18', department: 'health-commission', actor: k === 1 ? '梅二' : null, at: at(days),
  sentence: { zh: `“疫情日报”应报未报，已逾期 ${2 - k} 天，请尽快报送。`, en: `Epidemic figures have not come and are ${2 - k} days overdue. Please send them.` }[language],
}));

const counted = (items, name, value) => {
  const counts = new Map();
  for (const item of items) { const [id, title] = value(item); counts.set(id, { id, title, count: (counts.get(id)?.count ?? 0) + 1 }); }
  return { name, values: [...counts.values()] };
};
const facets = {
  provider: (item) => [item.provider.id, item.provider.title], sharing: (item) => [item.sharing, item.sharing], update: (item) => [item.update, item.update], state: () => ['published', 'published'],
};

// The catalogue found by what is asked; every resource stands published.
export function found(items, q) {
  const words = (q.get('q') ?? '').toLowerCase();
  const said = items.filter((item) => [item.id, item.title, item.provider.title].some((word) => word.toLowerCase().includes(words)));
  const passes = (item, but) => Object.entries(facets).every(([name, value]) => name === but || name === 'state' || !q.get(name) || value(item)[0] === q.get(name));
  const shown = said.filter((item) => passes(item)).map((item) => ({ state: 'published', open_version: null, open_state: null, ...item }));
  return { items: shown, total: shown.length, facets: Object.entries(facets).map(([name, value]) => counted(said.filter((item) => passes(item, name)), name, value)) };
}

// The answer to a GET of the catalogue's lists; nothing for other paths.
export function lists(path, q, language) {
  let m;
  if ((m = /^\/resources\/([^/]+)\/versions$/.exec(path))) return { items: versionsOf(m[1]) };
  if ((m = /^\/resources\/([^/]+)\/versions\/(\d+)$/.exec(path))) return detail(m[1], Number(m[2]), language);
  if (path === '/overlaps') return { items: overlaps(language) };
  if (path === '/demands') return { items: demands(language) };
  if ((m = /^\/demands\/(\d+)$/.exec(path))) {
    const one = demands(language).find((each) => each.id === m[1]) ?? demands(language)[0];
    return { demand: one, steps: [{ step: 'ask', actor: one.asked_by, at: one.asked_at, reason: '' }], suggestions: [{ resource: 'resident-register', title: '常住人口登记', provider: told(police, language), sharing: 'conditional', fields: [{ id: 'born', title: '出生日期' }, { id: 'grid', title: '网格编码' }] }] };
  }
  if (path === '/responsibilities') return { items: responsibilities(language), departments: [] };
  if (path === '/catalog/notices') return { items: q.get('about')?.startsWith('demand') ? [] : notices(language) };
  return undefined;
}

// Connections of the stand-in hub to other Open311 servers, as modules/open311/api.yaml answers them.
const at = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
const blank = { jurisdiction: '', format: 'xml', every_minutes: 5, since: at(-240), tell: false, notes: false, repeats: false, their_account: '', state: 'active', breaker: 'closed', failures: 0, error: null, error_at: null, next_at: at(0.05), last_run_at: at(-0.05), last_ok_at: at(-0.05), seen_until: at(-0.05), taken: 0, sent: 0, told: 0, waiting: 0, unsure: 0, linked: 0, refused: 0, conflicts: 0, created_by: 'account:4', created_at: at(-240) };
const connections = [
  { ...blank, id: '71', title: '12345 热线', address: 'https://hotline.example/open311/v2', has_key: true, tell: true, notes: true, taken: 128, sent: 41, told: 96, linked: 166, refused: 1, unsure: 1, conflicts: 1,
    mappings: [{ service: 'noise', process: 'complaint', direction: 'both', fields: [{ name: 'words', text: '{description}' }], region: '', when_closed: 'content', when_reopened: '', attributes: [{ name: 'type', text: '{kind}' }], description: '{words}' }] },
  { ...blank, id: '72', title: '邻市网格', address: 'https://neighbour.example/open311/v2', has_key: true, breaker: 'open', failures: 4, error: '对方不可用（timeout）。', error_at: at(-0.2), last_ok_at: at(-9), next_at: at(0.4),
    mappings: [{ service: 'grid-event', process: 'grid-event', direction: 'in', fields: [{ name: 'description', text: '{description}' }], region: '', when_closed: '', when_reopened: '', attributes: [], description: '' }] },
];
const links = [
  { id: '904', request: 'H-3301', service: 'noise', case: '31', ours: false, state: 'conflict', status: 'closed', untold: 0, problem: '对方已办结，本方仍在办；没有设置对应的步骤。', changed_at: at(-1) },
  { id: '903', request: '', service: 'noise', case: '30', ours: true, state: 'unsure', status: '', untold: 1, problem: '发出后没有答复，对方列表中也没有找到；请与对方核对。', changed_at: at(-2) },
  { id: '902', request: 'H-3299', service: 'noise', case: null, ours: false, state: 'refused', status: 'open', untold: 0, problem: '内容最多 2000 个字符。', changed_at: at(-3) },
  { id: '901', request: 'H-3298', service: 'noise', case: '29', ours: false, state: 'linked', status: 'open', untold: 2, problem: null, changed_at: at(-4) },
];

export function open311Answer(method, path, q, body) {
  let m;
  if (path === '/open311/connections' && method === 'POST') {
    const { key, ...rest } = body;
    connections.push({ ...blank, ...rest, id: String(73 + connections.length), has_key: Boolean(key) });
    return [201, connections.at(-1)];
  }
  if (path === '/open311/connections') return [200, { items: connections }];
  if (path === '/open311/connections/trials') return [200, { services: [{ code: 'noise', name: '噪声', attributes: [{ name: 'type', text: '类别 *' }] }] }];
  if ((m = /^\/open311\/connections\/(\d+)(?:\/(\w+))?/.exec(path))) {
    const one = connections.find((each) => each.id === m[1]);
    if (one === undefined) return [404, { title: 'no connection', status: 404, detail: '没有这个对接平台。' }];
    if (m[2] === 'links' && method === 'POST') return [200, { ...links[0], state: 'linked', problem: null }];
    if (m[2] === 'links') return [200, { items: one.id === '71' ? links.filter((each) => !q.get('state') || each.state === q.get('state')) : [], next_cursor: null }];
    if (m[2] === 'state') one.state = body.state;
    if (m[2] === undefined && method === 'PUT') Object.assign(one, body);
    if (method === 'DELETE') return [204, undefined];
    return [200, one];
  }
  return undefined;
}

// A small audit log whose proofs hold, so that the page can judge them: made when the mock starts, fictional.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const sha256 = (...parts) => { const hash = createHash('sha256'); for (const part of parts) hash.update(part); return hash.digest(); };
const netstring = (text) => { const bytes = Buffer.from(text); return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(',')]); };
const events = [['record.read', 'person:9f2c61d07a', '{"purpose":"epidemic-control","region":"990102002001","resource":"resident-register","outcome":"answered"}'], ['batch.upload', 'batch:700001', '{}'],
  ['records.export', '/api/v1/resources/venues/records.csv', '{"resource":"venues","outcome":"answered"}'], ['keys.rotate', 'keystore', '{}'], ['objection.read', '/api/v1/objections/31', '{"outcome":"answered"}']];

const leaves = Array.from({ length: 37 }, (_, position) => {
  const [event, subject, detail] = events[position % events.length];
  const at_us = (Date.now() - (37 - position) * 600e3) * 1000;
  const entry = { at: new Date(at_us / 1000).toISOString(), at_us, actor: position % 3 === 0 ? 'cli' : 'local', event, subject, detail };
  const salt = randomBytes(32);
  const commitment = sha256(salt, ...[String(at_us), entry.actor, event, subject, detail].map(netstring));
  return { position, salt: salt.toString('hex'), commitment: commitment.toString('hex'), entry };
});

// RFC 9162, section 2.1: the hash of a list, and the neighbours of one leaf in it.
const split = (n) => 2 ** Math.floor(Math.log2(n - 1));
function hashOf(list) {
  if (list.length === 1) return sha256(Buffer.of(0), Buffer.from(list[0].commitment, 'hex'));
  const k = split(list.length);
  return sha256(Buffer.of(1), hashOf(list.slice(0, k)), hashOf(list.slice(k)));
}
function pathOf(m, list) {
  if (list.length === 1) return [];
  const k = split(list.length);
  return m < k ? [...pathOf(m, list.slice(0, k)), hashOf(list.slice(k))] : [...pathOf(m - k, list.slice(k)), hashOf(list.slice(0, k))];
}

const keys = generateKeyPairSync('ed25519');
const public_key = keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
const root = hashOf(leaves).toString('hex');
const signed_at_us = Date.now() * 1000;
const head = { size: leaves.length, root, signed_at: new Date(signed_at_us / 1000).toISOString(), signed_at_us, public_key, signature: sign(null, Buffer.from(`mock ${leaves.length} ${root} ${signed_at_us}`), keys.privateKey).toString('hex') };
const facts = (detail) => ({ purpose: '', region: '', resource: '', outcome: '', ...JSON.parse(detail) });
const shown = (leaf) => ({ id: `1.${leaf.position}`, position: leaf.position, ...leaf.entry, ...facts(leaf.entry.detail) });
const verified = { state: 'none', leaves_done: 0, leaves_total: 0, started_at: null, finished_at: null, whole: false, leaves: 0, destroyed: 0, heads: 0, waiting: 0, findings: [], error: null };

// [status, body] for the log's addresses; nothing for others.
export function auditAnswer(method, path, q) {
  let m;
  if (path === '/audit/entries') {
    const matches = (one) => ['actor', 'subject', 'purpose', 'region', 'resource', 'outcome'].every((name) => !q.get(name) || one[name] === q.get(name)) && (!q.get('event') || (q.get('event').endsWith('.') ? one.event.startsWith(q.get('event')) : one.event === q.get('event')))
      && (!q.get('from') || one.at >= q.get('from')) && (!q.get('to') || one.at < q.get('to'));
    const all = [...leaves].reverse().map(shown).filter(matches), from = Number(q.get('cursor') ?? 0), limit = Number(q.get('limit') ?? 50);
    return [200, { items: all.slice(from, from + limit), next_cursor: from + limit < all.length ? String(from + limit) : null, looked_back_to: null }];
  }
  if ((m = /^\/audit\/entries\/(\d+)$/.exec(path))) {
    const leaf = leaves[Number(m[1])];
    return leaf ? [200, { format: 'jingwei-audit-proof', version: 1, leaf, head, path: pathOf(leaf.position, leaves).map((hash) => hash.toString('hex')) }] : [404, null];
  }
  if (path === '/audit/heads') return [200, { items: [head], next_cursor: null }];
  if (path === '/audit/verification') {
    if (method === 'POST') {
      const now = new Date().toISOString();
      Object.assign(verified, { state: 'done', leaves_done: leaves.length, leaves_total: leaves.length, started_at: now, finished_at: now, whole: true, leaves: leaves.length, heads: 1 });
    }
    return [200, verified];
  }
  return undefined;
}

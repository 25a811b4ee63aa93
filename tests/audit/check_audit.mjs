// Checks what a hub says of its audit log, by docs/formats/audit-log.md alone: shares no code with the product and needs
// nothing but Node.
//
//   node check_audit.mjs [--key HEX] FILE...
//
// FILE is an export, an inclusion proof or a consistency proof. Each head in it must be signed; with --key, by that key. When
// several files are given, heads of the same size must agree: a hub that shows two people two logs is found out.
// Prints one line per file and one per fault; exit code 0 when all fits, 1 when not, 2 when it was asked wrongly.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leafHash = (commitment) => sha256(Buffer.of(0), commitment);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
// An Ed25519 key as SubjectPublicKeyInfo (RFC 8410).
const spki = Buffer.from('302a300506032b6570032100', 'hex');

export class Fault extends Error {}
const need = (truth, what) => { if (!truth) throw new Fault(what); };

function bytes(hex, length, what) {
  need(typeof hex === 'string' && /^([0-9a-f]{2})*$/.test(hex), `${what} is not hexadecimal`);
  const raw = Buffer.from(hex, 'hex');
  need(length === null || raw.length === length, `${what} has ${raw.length} bytes, not ${length}`);
  return raw;
}
function number(value, what) {
  need(Number.isSafeInteger(value) && value >= 0, `${what} is not a number from 0 on`);
  return value;
}
// "2020-02-01T08:00:00.000001Z" must be the very instant of the number that was hashed or signed.
function sameInstant(text, micros, what) {
  const seconds = Math.floor(micros / 1e6);
  const expected = `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros - seconds * 1e6).padStart(6, '0')}Z`;
  need(text === expected, `${what} reads ${text}, which is not ${expected}`);
}
function only(object, names, what) {
  need(object !== null && typeof object === 'object' && !Array.isArray(object), `${what} is no object`);
  need(JSON.stringify(Object.keys(object)) === JSON.stringify(names), `${what} does not have the members ${names.join(', ')}`);
}

function netstring(text) {
  const raw = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from(`${raw.length}:`), raw, Buffer.from(',')]);
}

// The commitment of a leaf; its entry must fit when it is still there.
export function checkLeaf(leaf) {
  only(leaf, ['position', 'salt', 'commitment', 'entry'], 'the leaf');
  const what = `leaf ${number(leaf.position, 'the position')}`;
  const commitment = bytes(leaf.commitment, 32, `${what}: the commitment`);
  if (leaf.entry === null) {
    need(leaf.salt === '', `${what}: the entry is gone, but its salt is not`);
    return commitment;
  }
  const { entry } = leaf;
  only(entry, ['at', 'at_us', 'actor', 'event', 'subject', 'detail'], `${what}: the entry`);
  sameInstant(entry.at, number(entry.at_us, `${what}: at_us`), `${what}: at`);
  const fields = [String(entry.at_us), entry.actor, entry.event, entry.subject, entry.detail];
  need(fields.every((field) => typeof field === 'string'), `${what}: a field is no text`);
  const computed = sha256(bytes(leaf.salt, 32, `${what}: the salt`), ...fields.map(netstring));
  need(computed.equals(commitment), `${what}: entry and salt do not give the commitment`);
  return commitment;
}

// Form and signature of a head; `seen` remembers heads by size over all files.
export function checkHead(head, { key = null, seen = new Map() } = {}) {
  only(head, ['size', 'root', 'signed_at', 'signed_at_us', 'public_key', 'signature'], 'the head');
  const what = `head ${number(head.size, 'the size of a head')}`;
  bytes(head.root, 32, `${what}: the root`);
  sameInstant(head.signed_at, number(head.signed_at_us, `${what}: signed_at_us`), `${what}: signed_at`);
  need(key === null || head.public_key === key, `${what}: signed by ${head.public_key}, not by the key asked for`);
  const message = `jingwei-audit-head 1\n${head.size}\n${head.root}\n${head.signed_at_us}\n`;
  const publicKey = createPublicKey({ key: Buffer.concat([spki, bytes(head.public_key, 32, `${what}: the key`)]), format: 'der', type: 'spki' });
  need(verify(null, Buffer.from(message), publicKey, bytes(head.signature, 64, `${what}: the signature`)), `${what}: the signature is not valid`);
  const before = seen.get(head.size);
  need(before === undefined || before === head.root, `${what}: two signed heads of this size have different roots`);
  seen.set(head.size, head.root);
  return head;
}

// The subtrees that stand complete at the right edge, largest first: all that a growing tree needs.
export class Tree {
  #roots = [];
  size = 0;
  append(hash) {
    let node = hash;
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(this.#roots.pop(), node);
    this.#roots.push(node);
    ++this.size;
  }
  root() {
    return this.size === 0 ? sha256() : this.#roots.reduceRight((right, left) => nodeHash(left, right));
  }
}

const half = (node) => Math.floor(node / 2);
const odd = (node) => node % 2 === 1;

// RFC 9162, 2.1.3.2.
export function rootByInclusion(commitment, position, size, path) {
  need(position < size, 'the leaf lies outside the head');
  let node = position, last = size - 1, reached = leafHash(commitment);
  for (const sibling of path) {
    need(last > 0, 'the path is too long');
    if (odd(node) || node === last) {
      reached = nodeHash(sibling, reached);
      while (!odd(node) && node !== 0) { node = half(node); last = half(last); }
    } else {
      reached = nodeHash(reached, sibling);
    }
    node = half(node);
    last = half(last);
  }
  need(last === 0, 'the path is too short');
  return reached;
}

// RFC 9162, 2.1.4.2.
export function checkConsistency(first, second, path) {
  need(first.size > 0 && first.size <= second.size, 'the first head is not the smaller one');
  if (first.size === second.size) {
    need(path.length === 0 && first.root === second.root, 'two heads of one size differ');
    return;
  }
  const hashes = [...path];
  let rest = first.size;
  while (!odd(rest)) rest = half(rest);
  if (rest === 1) hashes.unshift(Buffer.from(first.root, 'hex'));
  need(hashes.length > 0, 'the path is too short');
  let node = first.size - 1, last = second.size - 1;
  while (odd(node)) { node = half(node); last = half(last); }
  let ofFirst = hashes[0], ofSecond = hashes[0];
  for (const hash of hashes.slice(1)) {
    need(last > 0, 'the path is too long');
    if (odd(node) || node === last) {
      ofFirst = nodeHash(hash, ofFirst);
      ofSecond = nodeHash(hash, ofSecond);
      while (!odd(node) && node !== 0) { node = half(node); last = half(last); }
    } else {
      ofSecond = nodeHash(ofSecond, hash);
    }
    node = half(node);
    last = half(last);
  }
  need(last === 0, 'the path is too short');
  need(ofFirst.toString('hex') === first.root, 'the path does not lead to the first root');
  need(ofSecond.toString('hex') === second.root, 'the path does not lead to the second root');
}

const pathOf = (path) => {
  need(Array.isArray(path), 'the path is no list');
  return path.map((hash) => bytes(hash, 32, 'a hash of the path'));
};

function checkProof(proof, options) {
  only(proof, ['format', 'version', 'leaf', 'head', 'path'], 'the proof');
  const commitment = checkLeaf(proof.leaf);
  need(proof.head !== null, `leaf ${proof.leaf.position}: no signed head holds it yet`);
  const head = checkHead(proof.head, options);
  const root = rootByInclusion(commitment, proof.leaf.position, head.size, pathOf(proof.path));
  need(root.toString('hex') === head.root, `leaf ${proof.leaf.position}: the path does not lead to the signed root`);
  return `leaf ${proof.leaf.position} is in the log of ${head.size} entries signed at ${head.signed_at}`;
}

function checkTwoHeads(proof, options) {
  only(proof, ['format', 'version', 'first', 'second', 'path'], 'the proof');
  const first = checkHead(proof.first, options), second = checkHead(proof.second, options);
  checkConsistency(first, second, pathOf(proof.path));
  return `the log of ${first.size} entries is the beginning of the log of ${second.size}`;
}

// An export is read line by line; only heads whose size has not been reached are kept.
export async function checkExport(first, lines, options, tell) {
  only(first, ['format', 'version', 'last'], 'the first line');
  const last = checkHead(first.last, options);
  const tree = new Tree();
  const heads = [];
  let count = 0, destroyed = 0, faults = 0, ended = false;
  const orders = new Set(), emptied = new Map();
  const attempt = (check) => {
    try {
      check();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      ++faults;
      tell(fault.message);
    }
  };
  const judgeHeads = () => {
    while (heads.length > 0 && heads[0].size <= tree.size) {
      const head = heads.shift();
      attempt(() => need(head.size === tree.size && tree.root().toString('hex') === head.root, `head ${head.size}: the entries do not give its root`));
    }
  };
  for await (const line of lines) {
    need(!ended, 'something stands behind the end');
    const item = parsed(line);
    if ('head' in item) {
      need(tree.size === 0, 'a head stands behind the leaves');
      only(item, ['head'], 'the line');
      attempt(() => {
        checkHead(item.head, options);
        need(heads.length === 0 || heads.at(-1).size < item.head.size, `head ${item.head.size}: heads are not in order`);
        heads.push(item.head);
      });
      ++count;
    } else if ('leaf' in item) {
      only(item, ['leaf'], 'the line');
      const { leaf } = item;
      need(leaf?.position === tree.size, `leaf ${tree.size} is missing: leaf ${leaf?.position} stands in its place`);
      let commitment = null;
      attempt(() => { commitment = checkLeaf(leaf); });
      if (commitment === null) commitment = bytes(leaf.commitment, 32, `leaf ${tree.size}: the commitment`);
      if (leaf.entry === null) emptied.set(`entry ${leaf.position}`, ++destroyed);
      else if (leaf.entry?.event === 'audit.destroy') orders.add(leaf.entry.subject);
      tree.append(leafHash(commitment));
      judgeHeads();
    } else {
      only(item, ['end'], 'the line');
      only(item.end, ['heads', 'leaves'], 'the end');
      need(item.end.heads === count && item.end.leaves === tree.size, 'the end counts other lines than there are');
      ended = true;
    }
  }
  need(ended, 'the file ends before its end line');
  need(tree.size === last.size, `there are ${tree.size} leaves, not ${last.size}`);
  attempt(() => need(tree.root().toString('hex') === last.root, `head ${last.size}: the entries do not give its root`));
  for (const head of heads) attempt(() => need(false, `head ${head.size} is larger than the log`));
  for (const entry of emptied.keys()) attempt(() => need(orders.has(entry), `leaf ${entry.slice(6)}: destroyed without an order on record`));
  need(faults === 0, `${faults} faults`);
  return `${tree.size} entries, ${count} signed heads, ${destroyed} destroyed by order, signed by ${last.public_key}`;
}

// As the product writes JSON: control characters but \n, \r and \t by their number.
const written = (value) => JSON.stringify(value).replace(/\\./g, (pair) => ({ '\\b': '\\u0008', '\\f': '\\u000c' })[pair] ?? pair);

function parsed(line) {
  try {
    const value = JSON.parse(line);
    need(value !== null && typeof value === 'object', 'a line is no object');
    // One way to write each value: what reads differently was changed.
    need(written(value) === line, 'a line is not written as the format says');
    return value;
  } catch (fault) {
    if (fault instanceof Fault) throw fault;
    throw new Fault('a line is not JSON');
  }
}

// The lines of any (asynchronous) list of texts; each ends with LF and with nothing else.
export async function* linesOf(texts) {
  let rest = '';
  for await (const text of texts) {
    const pieces = (rest + text).split('\n');
    rest = pieces.pop();
    yield* pieces;
  }
  need(rest === '', 'the last line has no end');
}

// `lines` is any (asynchronous) list of texts. Gives a sentence; throws a Fault.
export async function check(lines, options = {}, tell = () => {}) {
  const walk = (async function* () { yield* lines; })();
  const { value: line, done } = await walk.next();
  need(!done, 'the file is empty');
  const first = parsed(line);
  need(first.version === 1, `version ${first.version} is not known`);
  if (first.format === 'jingwei-audit-log') return checkExport(first, walk, options, tell);
  need((await walk.next()).done, 'something stands behind the proof');
  if (first.format === 'jingwei-audit-proof') return checkProof(first, options);
  if (first.format === 'jingwei-audit-consistency') return checkTwoHeads(first, options);
  throw new Fault(`the format ${first.format} is not known`);
}

async function main(words) {
  const at = words.indexOf('--key');
  const key = at < 0 ? null : words.splice(at, 2)[1];
  if (words.length === 0 || (key !== null && !/^[0-9a-f]{64}$/.test(key ?? ''))) {
    console.error('usage: node check_audit.mjs [--key HEX] FILE...');
    return 2;
  }
  const seen = new Map();
  let status = 0;
  for (const file of words) {
    try {
      console.log(`${file}: ${await check(linesOf(createReadStream(file, 'utf8')), { key, seen }, (fault) => console.log(`${file}: ${fault}`))}`);
    } catch (fault) {
      if (!(fault instanceof Fault) && fault.code === undefined) throw fault;
      console.log(`${file}: ${fault.message}`);
      status = 1;
    }
  }
  return status;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2));

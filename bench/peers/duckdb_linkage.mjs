// Linkage the way Splink does it, written in SQL for DuckDB: blocking rules, comparison vectors, expectation-maximisation
// over the patterns, a threshold of one half. No clusters are made and no pairs are written out.
// duckdb_linkage.mjs FILE ROUNDS; prints one JSON line a round: {seconds, pairs, linked, right, true_pairs}.
import { DuckDBInstance } from '@duckdb/node-api';

const [file, rounds] = [process.argv[2], Number(process.argv[3])];
const rules = [
  'l.idno = r.idno',
  'l.phone = r.phone',
  'l.sur = r.sur AND l.giv = r.giv AND l.dob[1:4] = r.dob[1:4]',
  'l.dob = r.dob AND l.sur = r.sur',
  'l.dob = r.dob AND l.grid = r.grid',
  'l.grid = r.grid AND l.giv = r.giv',
];
// Each comparison: its levels from unlike to like, -1 for a missing value.
const comparisons = {
  idno: [3, 'CASE WHEN l.idno IS NULL OR r.idno IS NULL THEN -1 WHEN l.idno = r.idno THEN 2 WHEN damerau_levenshtein(l.idno, r.idno) <= 2 THEN 1 ELSE 0 END'],
  phone: [2, 'CASE WHEN l.phone IS NULL OR r.phone IS NULL THEN -1 WHEN l.phone = r.phone THEN 1 ELSE 0 END'],
  dob: [3, 'CASE WHEN l.dob = r.dob THEN 2 WHEN damerau_levenshtein(l.dob, r.dob) <= 2 THEN 1 ELSE 0 END'],
  sur: [3, 'CASE WHEN l.sur = r.sur THEN 2 WHEN jaro_winkler_similarity(l.sur, r.sur) > 0.85 THEN 1 ELSE 0 END'],
  giv: [4, 'CASE WHEN l.giv = r.giv THEN 3 WHEN jaro_winkler_similarity(l.giv, r.giv) > 0.92 THEN 2 WHEN jaro_winkler_similarity(l.giv, r.giv) > 0.8 THEN 1 ELSE 0 END'],
  grid: [2, 'CASE WHEN l.grid = r.grid THEN 1 ELSE 0 END'],
};
const names = Object.keys(comparisons);
const levels = names.map((name) => comparisons[name][0]);

// m and u of every level, and the share of matches, from how often each pattern occurs.
function learn(patterns) {
  const rising = (count) => Array.from({ length: count }, (_, at) => (at + 1) / ((count * (count + 1)) / 2));
  let share = 0.05;
  let m = levels.map(rising);
  let u = levels.map((count) => rising(count).reverse());
  for (let round = 0; round < 50; round++) {
    let matches = 0;
    let all = 0;
    const inMatches = levels.map((count) => Array(count).fill(1e-6));
    const inOthers = levels.map((count) => Array(count).fill(1e-6));
    for (const row of patterns) {
      let match = share;
      let other = 1 - share;
      names.forEach((_, at) => {
        if (row[at] < 0) return;
        match *= m[at][row[at]];
        other *= u[at][row[at]];
      });
      const pairs = row[names.length];
      const matching = (match / (match + other)) * pairs;
      matches += matching;
      all += pairs;
      names.forEach((_, at) => {
        if (row[at] < 0) return;
        inMatches[at][row[at]] += matching;
        inOthers[at][row[at]] += pairs - matching;
      });
    }
    const shares = (counts) => counts.map((count) => count / counts.reduce((a, b) => a + b));
    share = matches / all;
    m = inMatches.map(shares);
    u = inOthers.map(shares);
  }
  return { share, m, u };
}

const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(Number));
for (let round = 0; round < rounds; round++) {
  for (const table of ['vectors', 'candidates', 'people']) await connection.run(`DROP TABLE IF EXISTS ${table}`);
  const began = process.hrtime.bigint();
  await connection.run(`CREATE TABLE people AS SELECT * FROM read_csv('${file}', header = true, nullstr = '',
    columns = {'rid': 'INT', 'src': 'VARCHAR', 'pid': 'INT', 'sur': 'VARCHAR', 'giv': 'VARCHAR', 'dob': 'VARCHAR', 'idno': 'VARCHAR', 'phone': 'VARCHAR', 'grid': 'INT'})`);
  const blocks = rules.map((rule) => `SELECT l.rid AS a, r.rid AS b FROM people l JOIN people r ON ${rule} WHERE l.rid < r.rid`);
  await connection.run(`CREATE TABLE candidates AS SELECT DISTINCT * FROM (${blocks.join(' UNION ALL ')})`);
  const vector = names.map((name) => `${comparisons[name][1]} AS c_${name}`).join(', ');
  await connection.run(`CREATE TABLE vectors AS SELECT a, b, l.pid = r.pid AS truth, ${vector} FROM candidates JOIN people l ON l.rid = a JOIN people r ON r.rid = b`);
  const { share, m, u } = learn(await rows(`SELECT ${names.map((name) => `c_${name}`).join(', ')}, count(*) FROM vectors GROUP BY ALL`));
  const weight = names
    .map((name, at) => `CASE c_${name} ${m[at].map((chance, level) => `WHEN ${level} THEN ${Math.log2(chance / u[at][level]).toFixed(4)}`).join(' ')} ELSE 0 END`)
    .join(' + ');
  await connection.run(`CREATE OR REPLACE TABLE linked AS SELECT a, b, truth FROM vectors WHERE ${weight} + ${Math.log2(share / (1 - share)).toFixed(4)} > 0`);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const [[pairs]] = await rows('SELECT count(*) FROM candidates');
  const [[linked, right]] = await rows('SELECT count(*), sum(truth::INT) FROM linked');
  const [[truePairs]] = await rows('SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM people GROUP BY pid)');
  console.log(JSON.stringify({ seconds, pairs, linked, right, true_pairs: truePairs }));
}
process.exit(0);

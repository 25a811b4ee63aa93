// The same CertLogic rules over the same data in certlogic-js; prints one line a round: evaluations a second, and how
// many answers were true (a sum that the other side must reach too).
// certlogic_rules.mjs FILE ROUNDS SECONDS      FILE: JSON lines {"rule": …, "data": …}
import { readFileSync } from 'node:fs';
import certlogic from 'certlogic-js';

const [file, rounds, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const cases = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const pass = () => cases.reduce((sum, { rule, data }) => sum + (certlogic.evaluate(rule, data) === true ? 1 : 0), 0);
process.stdin.setEncoding('utf8');
let round = 0;
// A round begins when the other side asks for it, so that the two never run at once.
process.stdin.on('data', () => {
  const began = process.hrtime.bigint();
  let passes = 0, held = 0, spent = 0;
  do {
    held = pass();
    passes++;
    spent = Number(process.hrtime.bigint() - began) / 1e9;
  } while (spent < seconds);
  console.log(`${(passes * cases.length) / spent} ${held}`);
  if (++round === rounds) process.exit(0);
});

// Goal: no byte of an export, an inclusion proof or a consistency proof can be changed without the checker finding it.
//   node flip_bytes.mjs FILE...
// Flips one bit of every byte, each in its own copy (in memory); prints what passed unnoticed; exit code 1 then.
import { readFileSync } from 'node:fs';
import { check, Fault, linesOf } from './check_audit.mjs';

let unnoticed = 0, tried = 0;
for (const file of process.argv.slice(2)) {
  const bytes = readFileSync(file);
  const sound = async (text) => check(linesOf([text])).then(() => true, (fault) => {
    if (!(fault instanceof Fault)) throw fault;
    return false;
  });
  if (!(await sound(bytes.toString('utf8')))) throw new Error(`${file} is not sound to begin with`);
  for (let at = 0; at < bytes.length; ++at) {
    const flipped = Buffer.from(bytes);
    flipped[at] ^= 1 << at % 8;
    ++tried;
    if (await sound(flipped.toString('utf8'))) {
      ++unnoticed;
      console.log(`${file}: byte ${at} changed, and nothing was found`);
    }
  }
}
console.log(`${tried} bytes flipped, ${unnoticed} unnoticed`);
process.exitCode = unnoticed === 0 ? 0 : 1;

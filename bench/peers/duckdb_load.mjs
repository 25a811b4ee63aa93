// DuckDB's plain load of a CSV into a table of the same ten columns, in memory; prints the seconds of each round.
// duckdb_load.mjs FILE ROUNDS
import { DuckDBInstance } from '@duckdb/node-api';

const [file, rounds] = [process.argv[2], Number(process.argv[3])];
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const columns = "columns={'name':'VARCHAR','sex':'VARCHAR','citizen_id':'VARCHAR','phone':'VARCHAR','born':'VARCHAR','registered':'VARCHAR','address':'VARCHAR','household':'VARCHAR','temperature':'VARCHAR','resident':'VARCHAR'}";
for (let round = 0; round < rounds; round++) {
  await connection.run('DROP TABLE IF EXISTS people');
  const began = process.hrtime.bigint();
  await connection.run(`CREATE TABLE people AS SELECT * FROM read_csv('${file}', header = true, ${columns})`);
  console.log(Number(process.hrtime.bigint() - began) / 1e9);
}
const [[rows]] = await (await connection.runAndReadAll('SELECT count(*) FROM people')).getRows();
console.log(`rows ${rows}`);
process.exit(0);

// Opens a database of the built package and says so; with a count it then inserts that many rows, one after the other, and
// says which were acknowledged. Settings come as JSON: what `createDatabase` takes.
import { systemClock } from '../../dist/common/clock/clock.js';
import { createDatabase } from '../../dist/modules/storage/open-database.js';

const [settings, steps = '1', rows = '0'] = process.argv.slice(2);
const STEPS = [1, 2, 3, 4].map((version) => ({
  version,
  name: `step ${version}`,
  sql: (schema) => `CREATE TABLE ${schema}.written_${version} (number bigint)`,
}));
const database = createDatabase(JSON.parse(settings), STEPS.slice(0, Number(steps)), systemClock);
try {
  await database.open();
  console.log('opened');
  for (let number = 1; number <= Number(rows); number += 1) {
    await database.query(`INSERT INTO ${database.schema}.written_1 VALUES ($1)`, [number]);
    console.log(`wrote ${number}.`);
  }
  if (rows === '0') await database.close();
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
  await database.close();
}

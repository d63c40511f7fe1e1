// Opens the embedded database of DIRECTORY in a process of its own, as an application's is: how long until it answers, and
// what it takes.
import { systemClock } from '../dist/common/clock/clock.js';
import { createDatabase } from '../dist/modules/storage/open-database.js';
import { MIGRATIONS } from '../dist/modules/storage/schema/migrations.js';

const [directory] = process.argv.slice(2);
const rssMb = () => process.memoryUsage.rss() / 1e6;

const cpuMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e3;

const rssBefore = rssMb();
const cpuBefore = cpuMs();
const began = performance.now();
const database = createDatabase({ directory }, MIGRATIONS, systemClock);
await database.query(`SELECT count(*) FROM ${database.schema}.user_login_events`);
const openMs = performance.now() - began;
process.send({ openMs, cpuMs: cpuMs() - cpuBefore, rssBefore, rssAfter: rssMb() });
await database.close();
process.disconnect();

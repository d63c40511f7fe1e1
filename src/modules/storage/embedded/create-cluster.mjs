// @ts-check
// Creates the files of a new database, in a process of its own: it takes 800 MB, which Node.js never gives back.
import { PGlite } from '@electric-sql/pglite';

const [directory, lifetime] = process.argv.slice(2);
if (directory === undefined) throw new Error('The directory is missing.');
// A parent that is killed cannot end this process, but its end of the pipe closes.
if (lifetime === '--while-stdin-is-open') process.stdin.resume().on('end', () => process.exit(1));
const database = await PGlite.create({ dataDir: directory });
await database.close();
process.exit(0);

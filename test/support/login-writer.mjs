// Records the logins that it is told of, as many at once as it has lanes, and prints the report of each on a line.
import { systemClock } from '../../dist/common/clock/clock.js';
import { parseIpAddress } from '../../dist/common/ip/ip-address.js';
import { GeoVelocityService } from '../../dist/modules/geo-velocity/geo-velocity.service.js';
import { createDatabase } from '../../dist/modules/storage/open-database.js';
import { MIGRATIONS } from '../../dist/modules/storage/schema/migrations.js';
import { readFile } from 'node:fs/promises';

const { options, file, lanes } = JSON.parse(process.argv[2]);
const placeOf = () => {
  throw new Error('the test knows the places itself');
};
const database = createDatabase(options, MIGRATIONS, systemClock);
const service = new GeoVelocityService({ database, clock: systemClock, placeOf });
await database.open();
const logins = JSON.parse(await readFile(file, 'utf8'));
const trips = (findings) =>
  findings.map(({ from, to }) => ({ from: { eventId: from.eventId }, to: { eventId: to.eventId } }));

async function lane() {
  for (let login = logins.pop(); login !== undefined; login = logins.pop()) {
    const { ip, ...event } = login;
    const { isDuplicate, found, withdrawn } = await service.record({ ...event, address: parseIpAddress(ip) });
    process.stdout.write(`${JSON.stringify({ isDuplicate, found: trips(found), withdrawn: trips(withdrawn) })}\n`);
  }
}

await Promise.all(Array.from({ length: lanes }, lane));
await database.close();

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/common/clock/clock.js';
import { parseIpAddress } from '../src/common/ip/ip-address.js';
import { GeoVelocityService } from '../src/modules/geo-velocity/geo-velocity.service.js';
import { networkOf } from '../src/modules/geo-velocity/privacy/network-of.js';
import { findingsIn } from '../src/modules/geo-velocity/travel/travel-findings.js';
import { DEFAULT_TRAVEL_LIMITS, type TravelFinding } from '../src/modules/geo-velocity/travel/travel-verdict.js';
import { createDatabase } from '../src/modules/storage/open-database.js';
import { MIGRATIONS } from '../src/modules/storage/schema/migrations.js';
import { DATABASES, dispose } from './support/databases.js';
import { FindingsLedger, tripsOf } from './support/findings-ledger.js';
import { BERLIN, madeHistory, numbersOf, shuffled, type MadeLogin } from './support/made-logins.js';
import { NodeProcess, PROJECT } from './support/node-process.js';

jest.setTimeout(120_000);

interface WrittenReport {
  readonly isDuplicate: boolean;
  readonly found: readonly TravelFinding[];
  readonly withdrawn: readonly TravelFinding[];
}

// The embedded database belongs to one process; it is tested with eight writers in logins.e2e-spec.ts.
const SHARED = DATABASES.filter(({ name }) => name === 'postgres');
const USERS = ['one', 'two', 'three'];

(SHARED.length > 0 ? describe : describe.skip)('logins written by two processes', () => {
  it('are the same set of findings as the history in order of time, each login new once', async () => {
    const options = await SHARED[0]?.options();
    if (options === undefined) throw new TypeError('No Postgres.');
    const folder = await mkdtemp(join(tmpdir(), 'ip-risk-logins-'));
    const database = createDatabase(options, MIGRATIONS, systemClock);
    try {
      const histories = USERS.map((userId, index) => madeHistory(userId, 60, Date.now(), index));
      const logins = histories.flat();
      // Both are told everything, so that each login is reported twice, and start while there are no tables yet.
      const writers = await Promise.all(
        [1, 2].map(async (seed) => {
          const file = join(folder, `${seed}.json`);
          await writeFile(file, JSON.stringify(shuffled(logins, numbersOf(seed))));
          const script = join(PROJECT, 'test/support/login-writer.mjs');
          return new NodeProcess([script, JSON.stringify({ options, file, lanes: 4 })]);
        }),
      );
      for (const writer of writers) expect([await writer.exit(), writer.stderr]).toEqual([0, '']);

      const reports = writers.flatMap(({ stdout }) =>
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as WrittenReport),
      );
      const ledger = new FindingsLedger();
      for (const report of reports) ledger.add(report);
      const service = new GeoVelocityService({ database, clock: systemClock, placeOf: () => BERLIN });
      const stored = await Promise.all(USERS.map((userId) => service.findings(userId)));

      expect(reports).toHaveLength(2 * logins.length);
      expect(reports.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(logins.length);
      expect(histories.flatMap(expectedOf).length).toBeGreaterThan(3);
      expect(ledger.trips()).toEqual(histories.flatMap(expectedOf).sort());
      expect(stored.map(tripsOf)).toEqual(histories.map(expectedOf));
    } finally {
      await database.close();
      await dispose(options);
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function expectedOf(history: readonly MadeLogin[]): string[] {
  const points = history.map(({ place, eventId, ts, ip }) => {
    const address = parseIpAddress(ip);
    if (address === undefined) throw new TypeError(ip);
    return { ...place, eventId, ts, address: ip, prefix: networkOf(address) };
  });
  return tripsOf(findingsIn(points, DEFAULT_TRAVEL_LIMITS));
}

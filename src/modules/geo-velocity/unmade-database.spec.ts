import { FakeClock } from '../../../test/support/fake-clock.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import { NO_DATABASE } from '../storage/no-database.js';
import type { Database, DatabaseReport } from '../storage/database.js';
import { GeoVelocityService } from './geo-velocity.service.js';

const place = { network: 'access', country: 'FR', latitude: 50.6, longitude: 3.06, accuracyRadiusKm: 20 } as const;

function check(report: Partial<DatabaseReport>): Promise<unknown> {
  const database: Database = { ...NO_DATABASE, report: () => ({ ...NO_DATABASE.report(), ...report }) };
  const service = new GeoVelocityService({ database, clock: new FakeClock(), placeOf: () => place as never });
  const address = parseIpAddress('90.45.10.10') as IpAddress;
  return service.check({ userId: 'user-42', address, place: place as never });
}

describe('A login that is checked', () => {
  it.each<Partial<DatabaseReport>>([
    { kind: 'embedded', status: 'closed' },
    { kind: 'embedded', status: 'opening', isBeingMade: true },
  ])('is the first while the embedded database is not there: %j', async (report) => {
    expect(await check(report)).toMatchObject({ verdict: { status: 'first' }, isHeld: false });
  });

  it.each<Partial<DatabaseReport>>([
    { kind: 'embedded', status: 'opening', isBeingMade: false },
    { kind: 'embedded', status: 'down' },
    { kind: 'postgres', status: 'closed' },
  ])('is asked about where there may be others: %j', async (report) => {
    await expect(check(report)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });
});

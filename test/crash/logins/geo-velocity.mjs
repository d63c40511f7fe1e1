// The built package's classes as the run uses them, in the writer and where its work is checked.
import { systemClock } from '../../../dist/common/clock/clock.js';
import { GeoVelocityService } from '../../../dist/modules/geo-velocity/geo-velocity.service.js';
import { createDatabase } from '../../../dist/modules/storage/open-database.js';
import { MIGRATIONS } from '../../../dist/modules/storage/schema/migrations.js';

/** @param options where the database is; nothing is opened yet. */
export function geoVelocity(options) {
  const database = createDatabase(options, MIGRATIONS, systemClock);
  const placeOf = () => {
    throw new Error('the run knows the places itself');
  };
  return { database, service: new GeoVelocityService({ database, clock: systemClock, placeOf }) };
}

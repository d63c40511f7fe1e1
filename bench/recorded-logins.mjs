// Logins a second through recordLogin, against bare inserts of one row into the same table over a pool of the same size.
import pg from 'pg';
import { systemClock } from '../dist/common/clock/clock.js';
import { GeoVelocityService } from '../dist/modules/geo-velocity/geo-velocity.service.js';
import { createDatabase } from '../dist/modules/storage/open-database.js';
import { MIGRATIONS } from '../dist/modules/storage/schema/migrations.js';
import { median, ratio, show, sideBySide } from './side-by-side.mjs';

const ROUNDS = 9;
const LOGINS = 4_000;
/** So many that in the hours in which travel matters each logs in a handful of times, as users do. */
const USERS = 20_000;
/** As our own pool has them. */
const POOL = { keepAlive: true, statement_timeout: 10_000, query_timeout: 12_000 };
/** Connections of either pool, and calls on their way at once. */
const CONNECTIONS = 10;
const GOAL = 0.5;

const PLACE = {
  network: 'access',
  country: 'DE',
  region: 'Berlin',
  city: 'Berlin',
  latitude: 52.52,
  longitude: 13.405,
  accuracyRadiusKm: 20,
  asn: 3320,
};

let logins = 0;
function nextLogin() {
  logins += 1;
  const user = (logins * 7_919) % USERS;
  return { userId: `user-${user}`, ip: `81.${user >> 8}.${user & 255}.9` };
}

/** @returns calls a second. */
async function rate(call) {
  const began = performance.now();
  let left = LOGINS;
  const lane = async () => {
    while ((left -= 1) >= 0) await call();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  return (LOGINS * 1000) / (performance.now() - began);
}

function bareInsert(pool, schema) {
  const columns =
    'user_id, event_id, ts, ip, country, region, city, lat, lon, asn, accuracy_radius_km, network, comparable';
  const numbers = columns.split(', ').map((_, index) => `$${index + 1}`);
  const text = `INSERT INTO ${schema}.user_login_events (${columns}) VALUES (${numbers.join(', ')})`;
  const { network, country, region, city, latitude, longitude, accuracyRadiusKm, asn } = PLACE;
  return async () => {
    const { userId, ip } = nextLogin();
    const place = [country, region, city, latitude, longitude, asn, accuracyRadiusKm, network, true];
    // Users of their own: a recorded login has recorded ones before it, with pseudonyms.
    await pool.query(text, [`bare-${userId}`, `bare-${logins}`, new Date(), ip, ...place]);
  };
}

export async function benchRecording({ url, schema }) {
  const database = createDatabase({ url, schema }, MIGRATIONS, systemClock);
  await database.open();
  const service = new GeoVelocityService({ database, clock: systemClock, placeOf: () => PLACE });
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, ...POOL });
  const insert = bareInsert(pool, schema);
  const { recorded, bare } = await sideBySide(ROUNDS, {
    bare: () => rate(insert),
    recorded: () =>
      rate(() => {
        const { userId, ip } = nextLogin();
        return service.recordLogin(userId, ip);
      }),
  });
  await Promise.all([pool.end(), database.close()]);
  show('recordLogin / bare insert of one row, Postgres, logins/s', ratio(recorded, bare), GOAL);
  console.log(
    `    medians: bare ${Math.round(median(bare))}/s, recordLogin ${Math.round(median(recorded))}/s, pools of ${CONNECTIONS}`,
  );
}

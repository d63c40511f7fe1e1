// The login that belongs to an id: whoever knows the id knows what the store must hold of it.
import { createHash } from 'node:crypto';

const USERS = 48;
/** Ties in time are wanted: instants are whole steps of so many milliseconds, over so many days before the run. */
const STEP_MS = 10_000;
const DAYS = 20;
/** Of 256 logins so many are from somewhere else than home. */
const AWAY = 24;
const THROUGH_VPN = 12;

const PLACES = [
  ['DE', 'Berlin', 'Berlin', 52.52, 13.405, 3320, '81.10'],
  ['US', 'New York', 'New York', 40.7128, -74.006, 7018, '81.11'],
  ['JP', 'Tokyo', 'Tokyo', 35.6762, 139.6503, 2516, '81.12'],
  ['FR', 'Île-de-France', 'Paris', 48.8566, 2.3522, 3215, '81.13'],
  ['BR', 'São Paulo', 'São Paulo', -23.5505, -46.6333, 28573, '81.14'],
  ['AU', 'New South Wales', 'Sydney', -33.8688, 151.2093, 1221, '81.15'],
];

/** @param base milliseconds since 1970: the start of the run. */
export function plannedLogin(id, base) {
  const digest = createHash('sha256').update(id).digest();
  const user = digest.readUInt32BE(0) % USERS;
  const isAway = digest[4] < AWAY;
  const [country, region, city, latitude, longitude, asn, network] =
    PLACES[(isAway ? digest[5] : user) % PLACES.length];
  const steps = (DAYS * 24 * 60 * 60 * 1000) / STEP_MS;
  const prefix = `${network}.${digest[6] % 4}`;
  return {
    eventId: id,
    userId: `user-${user}`,
    ts: base - (digest.readUInt32BE(8) % steps) * STEP_MS,
    ip: `${prefix}.${digest[7]}`,
    prefix,
    place: {
      network: digest[12] < THROUGH_VPN ? 'vpn' : 'access',
      country,
      region,
      city,
      latitude,
      longitude,
      accuracyRadiusKm: 20,
      asn,
    },
  };
}

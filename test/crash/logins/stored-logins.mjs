// What the store holds, held against what was planned and what was acknowledged.
import { plannedLogin } from './planned-login.mjs';

/** Whole rows; the names are those of the plan. */
export async function storedLogins(database) {
  const { rows } = await database.query(
    `SELECT user_id AS "userId", event_id AS "eventId", (extract(epoch FROM ts) * 1000)::text AS ts, host(ip) AS ip,
      network, country, region, city, lat AS latitude, lon AS longitude, accuracy_radius_km AS "accuracyRadiusKm",
      asn::text AS asn
    FROM ${database.schema}.user_login_events`,
  );
  return rows;
}

/** @returns ids of what is lost, was lost, is stored twice or changed. */
export function faultsOf(stored, journal, base) {
  const counts = new Map();
  for (const { eventId } of stored) counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
  return {
    lost: [...journal.acknowledged].filter((id) => !counts.has(id)),
    'taken for new though they were acknowledged': journal.forgotten.splice(0),
    'stored twice': [...counts].filter(([, count]) => count > 1).map(([id]) => id),
    changed: stored.filter((row) => textOf(row) !== textOf(flat(row.eventId, base))).map(({ eventId }) => eventId),
  };
}

function flat(id, base) {
  const { place, ...login } = plannedLogin(id, base);
  return { ...login, ...place };
}

function textOf({ userId, eventId, ts, ip, network, country, region, city, latitude, longitude, ...rest }) {
  const { accuracyRadiusKm, asn } = rest;
  const numbers = [ts, latitude, longitude, accuracyRadiusKm, asn].map(Number);
  return JSON.stringify([userId, eventId, ip, network, country, region, city, ...numbers]);
}

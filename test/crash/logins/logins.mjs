// Logins as a load of the run: who writes them, and what must be in the store afterwards.
import { join } from 'node:path';
import { findingsIn } from '../../../dist/modules/geo-velocity/travel/travel-findings.js';
import { DEFAULT_TRAVEL_LIMITS } from '../../../dist/modules/geo-velocity/travel/travel-verdict.js';
import { geoVelocity } from './geo-velocity.mjs';
import { plannedLogin } from './planned-login.mjs';
import { faultsOf, storedLogins } from './stored-logins.mjs';

/** Of each kind; a store that lost everything need not say so a thousand times. */
const MOST_TOLD = 5;

export const logins = {
  what: 'logins',
  script: join(import.meta.dirname, 'login-writer.mjs'),

  /** Opens the store once more, and holds it against the journal. */
  async check(options, journal, base) {
    const began = performance.now();
    const { database, service } = geoVelocity(options);
    try {
      await database.open();
      await database.query('SELECT 1');
      const openMs = performance.now() - began;
      const stored = await storedLogins(database);
      const faults = faultsOf(stored, journal, base);
      const { found, odd } = await checkFindings(service, historiesOf(stored, base));
      return { openMs, stored: stored.length, found, violations: told({ ...faults, 'with other findings': odd }) };
    } finally {
      await database.close();
    }
  },
};

/** Each user's history, by the plan and not by what the store says of it. */
function historiesOf(stored, base) {
  const histories = new Map();
  for (const id of new Set(stored.map(({ eventId }) => eventId))) {
    const { userId, eventId, ts, ip, prefix, place } = plannedLogin(id, base);
    const point = { ...place, eventId, ts, address: ip, prefix };
    histories.set(userId, [...(histories.get(userId) ?? []), point]);
  }
  return histories;
}

const byTime = (a, b) => a.ts - b.ts || (a.eventId < b.eventId ? -1 : 1);
const tripsOf = (findings) => String(findings.map(({ from, to }) => `${from.eventId}>${to.eventId}`).sort());

async function checkFindings(service, histories) {
  const odd = [];
  let found = 0;
  for (const [userId, history] of histories) {
    const findings = await service.findings(userId);
    found += findings.length;
    const expected = findingsIn(history.sort(byTime), DEFAULT_TRAVEL_LIMITS);
    if (tripsOf(findings) !== tripsOf(expected)) odd.push(`${userId} (${findings.length}, not ${expected.length})`);
  }
  return { found, odd };
}

function told(faults) {
  return Object.entries(faults)
    .filter(([, ids]) => ids.length > 0)
    .map(([fault, ids]) => `${ids.length} ${fault}: ${ids.slice(0, MOST_TOLD).join(', ')}`);
}

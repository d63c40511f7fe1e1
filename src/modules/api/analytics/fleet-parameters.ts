import { TRAVEL_RULES } from '../../geo-velocity/fleet/impossible-trips-sql.js';
import type { FleetWindow } from '../../geo-velocity/fleet/query-bounds.js';
import { instant, oneOf, wholeNumber } from '../query-parameters.js';

const DAY_MS = 86_400_000;

/** Most rows of one answer, and how many there are where the caller does not say. */
const limit = wholeNumber(1, 10_000, 1000);

const WINDOW = { since: instant, until: instant, limit };

/** Parameters of `GET /v1/analytics/impossible-travel`, and so on; described for callers in config/openapi.yaml. */
export const IMPOSSIBLE_TRAVEL_PARAMETERS = { ...WINDOW, rule: oneOf(TRAVEL_RULES) };
export const HOSTING_LOGINS_PARAMETERS = WINDOW;
export const TRAVELLERS_PARAMETERS = { ...WINDOW, min_countries: wholeNumber(1, 300, 3) };
export const FLEET_JOURNEYS_PARAMETERS = {
  days: wholeNumber(1, 366, 30),
  min_logins: wholeNumber(1, 1_000_000, 5),
  limit,
};

interface AskedWindow {
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly limit: number;
}

/** The last day where nothing is said: no installation keeps logins for less. */
export function fleetWindow({ since, until, limit: most }: AskedWindow, now: number): FleetWindow {
  const end = until ?? now;
  return { since: since ?? end - DAY_MS, until: end, limit: most };
}

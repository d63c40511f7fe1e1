import type { TravelReport } from '../../geo-velocity/geo-velocity.js';
import type { TravelStatus } from '../../geo-velocity/travel/travel-verdict.js';
import type { TravelRelief } from '../../geo-velocity/trust/travel-relief.js';
import { TRAVEL_MISSING } from '../../policy/decide.js';
import type { RiskDecision } from '../../policy/risk-decision.js';
import { travelSignals } from '../../policy/travel-signals.js';

/** What a decision was told of the user's travel, where that could change it. No place but a country. */
export type DecidedTravel =
  | 'unavailable'
  | {
      readonly status: TravelStatus;
      readonly isHeld: boolean;
      readonly isCountryChanged: boolean | undefined;
      readonly distanceKm: number | undefined;
      readonly elapsedSeconds: number | undefined;
      /** `infinite`, for which JSON has no number: two places at once. */
      readonly speedKmh: number | 'infinite' | undefined;
      /** Of the login before. */
      readonly fromCountry: string | undefined;
      readonly relief: TravelRelief | undefined;
    };

/** `undefined` where travel was not asked for, or said nothing that a decision goes by. */
export function decidedTravel(decision: RiskDecision): DecidedTravel | undefined {
  const { travel } = decision;
  if (travel === undefined) return isTravelMissing(decision) ? 'unavailable' : undefined;
  if (!travel.isHeld && travelSignals(travel) === undefined) return undefined;
  const { verdict, relief, isHeld } = travel;
  const { status, isCountryChanged, distanceKm, elapsedSeconds, speedKmh, from } = verdict;
  return {
    status,
    isHeld,
    isCountryChanged,
    distanceKm,
    elapsedSeconds,
    speedKmh: speedKmh === Infinity ? 'infinite' : speedKmh,
    fromCountry: from?.country,
    relief: relief && { kind: relief.kind, country: relief.country, until: relief.until },
  };
}

/** Told apart from a provider of that name which failed. */
function isTravelMissing({ degraded, assessment }: RiskDecision): boolean {
  if (assessment === undefined || !degraded.includes(TRAVEL_MISSING)) return false;
  const { failures, partialProviders } = assessment;
  const named = [...failures.map(({ providerId }) => providerId), ...partialProviders];
  const missing = named.filter((id) => id === TRAVEL_MISSING).length;
  return degraded.filter((part) => part === TRAVEL_MISSING).length > missing;
}

/** As a decision reads it; what it does not read is not known any more. */
export function travelReportOf(travel: DecidedTravel | undefined): TravelReport | 'unavailable' | undefined {
  if (travel === undefined || travel === 'unavailable') return travel;
  const { status, isHeld, isCountryChanged, distanceKm, elapsedSeconds, speedKmh, fromCountry, relief } = travel;
  const from = fromCountry === undefined ? undefined : { ...NOWHERE, country: fromCountry };
  return {
    isHeld,
    relief,
    verdict: {
      status,
      network: 'access',
      from,
      distanceKm,
      elapsedSeconds,
      speedKmh: speedKmh === 'infinite' ? Infinity : speedKmh,
      isCountryChanged,
    },
  };
}

const NOWHERE = {
  eventId: '',
  ts: 0,
  address: '',
  prefix: '',
  network: 'access',
  region: undefined,
  city: undefined,
  latitude: undefined,
  longitude: undefined,
  accuracyRadiusKm: undefined,
  asn: undefined,
} as const;

import type { TravelReport } from '../geo-velocity/geo-velocity.js';
import type { TravelVerdict } from '../geo-velocity/travel/travel-verdict.js';
import type { TravelRelief } from '../geo-velocity/trust/travel-relief.js';
import type { TravelReliefSignal, TravelSignals } from '../scoring/scorecard.js';

/** What the scorecards are told of a user's travel; `undefined` where it gives them nothing to go by. */
export function travelSignals(report: TravelReport | 'unavailable' | undefined): TravelSignals | undefined {
  if (report === undefined || report === 'unavailable') return undefined;
  const { verdict, relief } = report;
  const isImpossible = verdict.status === 'impossible';
  const isCountryChanged = verdict.isCountryChanged === true;
  if (!isImpossible && !isCountryChanged) return undefined;
  return { isImpossible, isCountryChanged, detail: tripOf(verdict), relief: reliefSignal(relief) };
}

/** Whether the user's account is held; where that is not known it is not. */
export function isHeld(report: TravelReport | 'unavailable' | undefined): boolean {
  return report !== undefined && report !== 'unavailable' && report.isHeld;
}

/** For the audit log: no city, no address, only how far and how long. */
function tripOf({ distanceKm, elapsedSeconds, speedKmh, from, isCountryChanged }: TravelVerdict): string {
  const since =
    isCountryChanged === true && from?.country !== undefined ? ` since the last login in ${from.country}` : '';
  if (distanceKm === undefined || elapsedSeconds === undefined) return `another country${since}`;
  const trip = `at least ${Math.round(distanceKm)} km in ${hoursOf(elapsedSeconds)} h${since}`;
  if (speedKmh === undefined) return trip;
  return speedKmh === Infinity ? `${trip}, two places at once` : `${trip}, ${Math.round(speedKmh)} km/h`;
}

function hoursOf(seconds: number): string {
  return (seconds / 3600).toFixed(1);
}

function reliefSignal(relief: TravelRelief | undefined): TravelReliefSignal | undefined {
  if (relief === undefined) return undefined;
  const { kind, country, until } = relief;
  const end = new Date(until).toISOString().slice(0, 10);
  switch (kind) {
    case 'announced':
      return { kind, detail: `travel to ${country ?? 'there'} announced until ${end}` };
    case 'network':
      return { kind, detail: `a challenge was passed on this network, which counts until ${end}` };
    case 'country':
      return { kind, detail: `a challenge was passed in ${country ?? 'this country'}, which counts until ${end}` };
  }
}

import type { ScorecardRule } from './scorecard.js';

/** Faster than an airliner: 900 km/h, the geo-fraud card's limit. */
export const IMPOSSIBLE_SPEED_KMH = 900;

export const impossibleTravel: ScorecardRule = {
  code: 'IMPOSSIBLE_TRAVEL',
  points: 50,
  evidence: ({ context: { speedKmh } }) =>
    speedKmh !== undefined && speedKmh > IMPOSSIBLE_SPEED_KMH
      ? { provider: 'request', detail: `${Math.round(speedKmh)} km/h since the last login` }
      : undefined,
};

export const deniedCountry: ScorecardRule = {
  code: 'DENIED_COUNTRY',
  points: 40,
  evidence: ({ context }) =>
    context.isDeniedCountry === true
      ? { provider: 'request', detail: 'the policy denies the country of the address' }
      : undefined,
};

export const claimedCountryDiffers: ScorecardRule = {
  code: 'CLAIMED_COUNTRY_DIFFERS',
  points: 30,
  evidence: ({ context }) =>
    context.claimedCountryDiffers === true
      ? { provider: 'request', detail: 'the stated country is not the country of the address' }
      : undefined,
};

import type { ScorecardRule, TravelReliefSignal, TravelSignals } from './scorecard.js';

/** What a user's own logins say. A trip that is explained, by the user or by a passed challenge, gives less or nothing. */
export const travelRules: readonly ScorecardRule[] = [
  {
    code: 'IMPOSSIBLE_TRAVEL',
    points: 50,
    evidence: ({ context: { travel } }) =>
      travel?.isImpossible === true && travel.relief === undefined
        ? { provider: 'geo-velocity', detail: travel.detail }
        : undefined,
  },
  {
    // Half: the user has been in the country, and so may be whoever has the user's password.
    code: 'IMPOSSIBLE_TRAVEL_TO_TRUSTED_COUNTRY',
    points: 25,
    evidence: ({ context: { travel } }) =>
      travel?.isImpossible === true && travel.relief?.kind === 'country'
        ? { provider: 'geo-velocity', detail: `${travel.detail}; ${travel.relief.detail}` }
        : undefined,
  },
  {
    // An impossible trip to another country is not counted twice.
    code: 'COUNTRY_CHANGED',
    points: 10,
    evidence: ({ context: { travel } }) =>
      travel?.isCountryChanged === true && !travel.isImpossible && travel.relief === undefined
        ? { provider: 'geo-velocity', detail: travel.detail }
        : undefined,
  },
  explained('TRAVEL_ANNOUNCED', 'announced'),
  explained('TRUSTED_NETWORK', 'network'),
  explained('TRUSTED_COUNTRY', 'country'),
];

/** A row that only says why a trip gave no points. */
function explained(code: string, kind: TravelReliefSignal['kind']): ScorecardRule {
  return {
    code,
    points: 0,
    evidence: ({ context: { travel } }) => {
      const { relief, isImpossible, isCountryChanged, detail } = travel ?? NO_TRAVEL;
      if (relief?.kind !== kind || !(isImpossible || isCountryChanged)) return undefined;
      // The row with half of the points says it already.
      if (kind === 'country' && isImpossible) return undefined;
      return { provider: 'geo-velocity', detail: `${relief.detail}; ${detail}` };
    },
  };
}

const NO_TRAVEL: TravelSignals = { isImpossible: false, isCountryChanged: false, detail: '', relief: undefined };

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

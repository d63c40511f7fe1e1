import { deniedCountry, impossibleTravel } from './context-rules.js';
import { evidenceOf, type Scorecard } from './scorecard.js';

/** The geo-fraud article's card, to the point: speed over 900 km/h +50, hosting ASN +30, denied country +40. */
export const geoScorecard: Scorecard = {
  name: 'geo',
  rules: [
    impossibleTravel,
    {
      code: 'HOSTING_ASN',
      points: 30,
      // The article asks only whether the ASN is on the list, so confidence does not halve it.
      evidence: ({ facts }) => {
        const evidence = evidenceOf(facts.isHostingProvider);
        return evidence === undefined ? undefined : { ...evidence, confidence: 1 };
      },
    },
    deniedCountry,
  ],
};

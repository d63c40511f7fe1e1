import { claimedCountryDiffers, deniedCountry, travelRules } from './context-rules.js';
import { evidenceOf, type Scorecard } from './scorecard.js';

/**
 * The geo-fraud article's card, to the point: speed over 900 km/h +50, hosting ASN +30, denied country +40. A country
 * change, a claimed country and travel that is explained are ours; without them the score is the article's.
 */
export const geoScorecard: Scorecard = {
  name: 'geo',
  rules: [
    ...travelRules,
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
    claimedCountryDiffers,
  ],
};

import type { ProviderScorecard } from '../provider-score.js';

/** From here on AbuseIPDB's users commonly call an address abusive; below, a single report may be all there is. */
export const REPORTED_FROM = 25;

/**
 * `abuseConfidenceScore` as given. AbuseIPDB itself advises to deny from 75 or 100, but for the servers of those who
 * report: attacks on them say nothing of the person who happens to share the address. Exits of Tor, VPNs and mobile
 * carriers stand at 100 for weeks, so its score alone may ask for a second factor and never locks anybody out.
 */
export const ABUSEIPDB_SCORECARD: ProviderScorecard = Object.freeze({
  bands: Object.freeze([
    { from: 0, label: 'low', action: 'allow' },
    { from: REPORTED_FROM, label: 'reported', action: 'monitor' },
    { from: 75, label: 'high', action: 'challenge' },
  ] as const),
});

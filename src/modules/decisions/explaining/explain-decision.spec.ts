import { LOGIN_POLICY } from '../../../../test/support/decision-events.js';
import type { LoggedDecision } from '../reading/logged-decision.js';
import { explainDecision } from './explain-decision.js';

const AT = Date.parse('2026-03-01T10:00:00Z');

const TOR: LoggedDecision = {
  id: 'd00000000000000000000000',
  at: AT,
  lastAt: AT,
  count: 1,
  route: 'LoginController.login',
  policy: { name: 'login', digest: '0123456789abcdef', body: LOGIN_POLICY },
  mode: 'live',
  action: 'challenge',
  intendedAction: 'challenge',
  cause: 'score',
  score: 50,
  level: 'high',
  reasons: [{ code: 'TOR_EXIT_NODE', points: 50, provider: 'offline', detail: 'feed:tor-exits' }],
  failedOpen: false,
  failedClosed: false,
  requireMfa: true,
  degraded: [],
  failures: [],
  subject: 'ada',
  claimedCountry: undefined,
  ip: '81.10.0.1',
  ipPseudonym: 'x',
  prefixPseudonym: 'y',
  country: 'DE',
  asn: 64496,
  travelStatus: undefined,
  travel: undefined,
  signalsDigest: undefined,
  signals: undefined,
  latencySumMs: 12,
  latencyMaxMs: 12,
  isSummary: false,
  isConfirmed: true,
};

describe('explainDecision', () => {
  it('says what was done with whom, why, and under which policy', () => {
    expect(explainDecision(TOR)).toEqual([
      '1 request was asked for a second factor on LoginController.login at 2026-03-01T10:00:00.000Z for the user "ada" from 81.10.0.1 (DE, AS64496), under the policy "login" (0123456789abcdef).',
      'The score is 50 of 100, high by this policy, which marks from 20, asks for a second factor from 45 and blocks from 80.',
      'The points: +50 TOR_EXIT_NODE by offline (feed:tor-exits).',
      'It took 12 ms.',
    ]);
  });

  it('says what was missing, what live mode would have done, and that only a number is kept', () => {
    const decision: LoggedDecision = {
      ...TOR,
      count: 3,
      lastAt: AT + 1000,
      mode: 'dry-run',
      action: 'monitor',
      intendedAction: 'review',
      cause: 'unavailable',
      score: undefined,
      level: undefined,
      reasons: [],
      failedOpen: true,
      degraded: ['alpha', 'beta', 'stale', 'geo-velocity'],
      failures: [{ providerId: 'alpha', code: 'PROVIDER_TIMEOUT' }],
      subject: undefined,
      ip: undefined,
      travelStatus: 'unavailable',
      travel: 'unavailable',
      isConfirmed: false,
    };

    const sentences = explainDecision(decision).join('\n');
    expect(sentences).toContain('3 requests were let through and marked');
    expect(sentences).toContain('from an address that is not kept any more');
    expect(sentences).toContain('live it would have been held for review');
    expect(sentences).toContain(
      'There was no verdict on the address, so it went by what the policy does without one (allow).',
    );
    expect(sentences).toContain(
      "Missing: alpha failed (PROVIDER_TIMEOUT); beta answered in part, or gave no score; the verdict is an older one; the user's logins could not be asked in time.",
    );
    expect(sentences).toContain('It was let through without a verdict.');
    expect(sentences).toContain('Not every request waited');
    expect(explainDecision({ ...decision, isSummary: true }).join('\n')).toContain('only the number is kept');
  });
});

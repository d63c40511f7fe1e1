import { scored } from '../../../test/support/assessments.js';
import { impossible, possible, reported } from '../../../test/support/travel-reports.js';
import type { TravelReport } from '../geo-velocity/geo-velocity.js';
import type { TravelRelief } from '../geo-velocity/trust/travel-relief.js';
import { decide } from './decide.js';
import type { IpRiskPolicy } from './ip-risk-policy.js';
import { digested } from './policy-digest.js';
import { readPolicyFile } from './policy-file.js';

const { policies, defaultPolicy } = readPolicyFile();
const payment = policies.get('payment') ?? defaultPolicy;
const UNTIL = Date.parse('2026-12-01T00:00:00Z');

const decided = (
  travel: TravelReport | 'unavailable' | undefined,
  policy: IpRiskPolicy = defaultPolicy,
  facts: Parameters<typeof scored>[0] = {},
) => decide(scored(facts, 'JP'), digested(policy), { subject: 'ann', travel });

const relief = (kind: TravelRelief['kind']): TravelRelief => ({ kind, country: 'JP', until: UNTIL });

describe('a decision on a user who travels', () => {
  it('asks for a second factor after an impossible trip, and never blocks by it alone', () => {
    const decision = decided(reported(impossible));
    expect(decision).toMatchObject({ action: 'challenge', score: 50, requireMfa: true, failedOpen: false });
    expect(decision.reasons).toEqual([
      {
        code: 'IMPOSSIBLE_TRAVEL',
        points: 50,
        provider: 'geo-velocity',
        detail: 'at least 9700 km in 1.0 h since the last login in FR, 9700 km/h',
      },
    ]);
  });

  it('blocks where the trip comes on top of something else', () => {
    expect(decided(reported(impossible), defaultPolicy, { isResidentialProxy: true })).toMatchObject({
      action: 'block',
      score: 80,
    });
  });

  it('calls two places at the same instant just that, and no number', () => {
    const atOnce = { ...impossible, elapsedSeconds: 0, speedKmh: Infinity };
    expect(decided(reported(atOnce)).reasons[0]?.detail).toBe(
      'at least 9700 km in 0.0 h since the last login in FR, two places at once',
    );
  });

  it('counts another country lightly, and nothing where nothing changed', () => {
    expect(decided(reported({ ...possible, isCountryChanged: true }))).toMatchObject({ action: 'allow', score: 10 });
    expect(decided(reported(possible))).toMatchObject({ score: 0, reasons: [] });
    expect(decided(undefined)).toMatchObject({ score: 0, reasons: [], travel: undefined });
  });

  it.each([
    ['announced', 0, 'TRAVEL_ANNOUNCED', 'travel to JP announced until 2026-12-01'],
    ['network', 0, 'TRUSTED_NETWORK', 'a challenge was passed on this network, which counts until 2026-12-01'],
    ['country', 25, 'IMPOSSIBLE_TRAVEL_TO_TRUSTED_COUNTRY', 'a challenge was passed in JP, which counts until'],
  ] as const)(
    'lowers the points of a trip that is explained (%s), and says why and until when',
    (kind, score, code, why) => {
      const decision = decided(reported(impossible, relief(kind)));
      expect(decision.score).toBe(score);
      expect(decision.reasons.map((reason) => reason.code)).toEqual([code]);
      expect(decision.reasons[0]?.detail).toContain(why);
    },
  );

  it.each(['not-comparable', 'unknown', 'first'] as const)('never takes %s for a trip', (status) => {
    const verdict = { ...impossible, status, isCountryChanged: undefined };
    expect(decided(reported(verdict))).toMatchObject({ action: 'allow', score: 0, reasons: [] });
  });

  it('hands on what is known of the travel', () => {
    const report = reported(impossible);
    expect(decided(report).travel).toBe(report);
  });
});

describe('a decision whose travel check was not answered', () => {
  it('goes by the address where the policy fails open, and says what is missing', () => {
    expect(decided('unavailable')).toMatchObject({
      action: 'allow',
      score: 0,
      failedOpen: false,
      degraded: ['geo-velocity'],
      travel: undefined,
    });
  });

  it('is none where the policy fails closed: the trip could only have added points', () => {
    expect(decided('unavailable', payment)).toMatchObject({
      action: 'review',
      cause: 'unavailable',
      failedClosed: true,
      degraded: ['geo-velocity'],
    });
  });

  it('still blocks what is blocked without it', () => {
    expect(decided('unavailable', payment, { isTorExitNode: true })).toMatchObject({ action: 'block', cause: 'fact' });
    const risky = { isBlocklisted: true, isResidentialProxy: true };
    expect(decided('unavailable', payment, risky)).toMatchObject({ action: 'block', cause: 'score' });
  });

  it('goes by the address on a closed route whose policy takes lesser verdicts', () => {
    expect(decided('unavailable', { ...payment, takeStandIns: true })).toMatchObject({ action: 'allow', score: 0 });
  });
});

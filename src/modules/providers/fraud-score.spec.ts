import { FRAUD_SCORECARD, fraudScoreOf, publicProxyFact, suspicionFact, type Suspicion } from './fraud-score.js';
import { bandOf, isProviderScore, onOurScale, pointsOf } from './provider-score.js';

const suspicion = (isSuspected?: boolean, isActive?: boolean): Suspicion => ({ isSuspected, isActive });
const [no, unknown] = [suspicion(false), suspicion()];

describe('a fraud_score', () => {
  it.each([
    [0, 'allow', 0],
    [74.99, 'allow', 19],
    [75, 'monitor', 20],
    [84.99, 'monitor', 42],
    [85, 'challenge', 45],
    [89.99, 'challenge', 73],
    [90, 'block', 80],
    [100, 'block', 100],
  ])('of %d means %s and is %i on our scale', (fraudScore, action, ours) => {
    const score = fraudScoreOf(fraudScore);
    if (score === undefined) throw new Error('There is a score.');
    expect(score.rows).toEqual([
      { code: 'FRAUD_SCORE', points: Math.floor(fraudScore), detail: `fraud_score ${fraudScore}` },
    ]);
    expect(bandOf(score.card, pointsOf(score)).action).toBe(action);
    expect(onOurScale(score.card, pointsOf(score))).toBe(ours);
    expect(isProviderScore(score)).toBe(true);
  });

  it('is none where the vendor gives none', () => {
    expect(fraudScoreOf(undefined)).toBeUndefined();
  });

  it('is read by a card that nobody can change', () => {
    expect([FRAUD_SCORECARD, FRAUD_SCORECARD.bands].every(Object.isFrozen)).toBe(true);
  });
});

describe('a suspicion', () => {
  it.each([
    [suspicion(true, true), true, 1, 'active_vpn'],
    [suspicion(false, true), true, 1, 'active_vpn'],
    [suspicion(undefined, true), true, 1, 'active_vpn'],
    [suspicion(true, false), true, 0.6, 'vpn'],
    [suspicion(true), true, 0.6, 'vpn'],
    [suspicion(false, false), false, 0.5, 'vpn'],
  ])('%j is the fact %j, sure by %d', (flags, value, confidence, evidence) => {
    expect(suspicionFact(flags, 'vpn')).toEqual({ value, confidence, evidence, lastSeen: undefined });
  });

  it('is unknown where only the stricter flag says no', () => {
    expect(suspicionFact(suspicion(undefined, false), 'vpn')).toBeUndefined();
  });
});

describe('a public proxy', () => {
  it.each<[boolean | undefined, Suspicion, Suspicion, boolean | undefined]>([
    [true, no, no, true],
    [true, unknown, unknown, undefined],
    [true, no, unknown, undefined],
    [true, unknown, no, undefined],
    [true, suspicion(true), no, undefined],
    [true, no, suspicion(false, true), undefined],
    [true, suspicion(undefined, false), suspicion(undefined, false), undefined],
    [false, unknown, unknown, false],
    [undefined, no, no, undefined],
  ])('with proxy %j, VPN %j and Tor %j is %j', (isProxy, vpn, tor, expected) => {
    expect(publicProxyFact(isProxy, vpn, tor)?.value).toBe(expected);
  });
});

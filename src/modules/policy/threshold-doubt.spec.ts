import fc from 'fast-check';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { NEVER } from './ip-risk-policy.js';
import { isNearThreshold, leavesDoubt } from './threshold-doubt.js';

const login = { monitor: 20, challenge: 45, block: 80 };

const assessed = (more: Partial<RiskAssessment>) =>
  ({ status: 'complete', score: 0, askedVendors: false, ...more }) as RiskAssessment;

describe('isNearThreshold', () => {
  it.each([
    [9, false],
    [10, true],
    [20, true],
    [30, true],
    [31, false],
    [34, false],
    [35, true],
    [56, false],
    [69, false],
    [70, true],
    [90, true],
    [91, false],
  ])('says of a score of %d and a band of 10: %p', (score, isNear) => {
    expect(isNearThreshold(score, login, 10)).toBe(isNear);
  });

  it('takes a threshold that no score reaches for none', () => {
    expect(isNearThreshold(100, { monitor: NEVER, challenge: NEVER, block: NEVER }, 10)).toBe(false);
    expect(isNearThreshold(100, { monitor: NEVER, challenge: NEVER, block: 100 }, 0)).toBe(true);
  });

  it('is near with a band of 0 on the threshold alone, and with 100 everywhere', () => {
    expect([44, 45, 46].map((score) => isNearThreshold(score, login, 0))).toEqual([false, true, false]);
    expect([0, 50, 100].every((score) => isNearThreshold(score, login, 100))).toBe(true);
  });

  it('is near wherever a change of no more than the band could change the action', () => {
    const whole = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 0, max: 30 }), (score, changed, band) => {
        fc.pre(Math.abs(score - changed) <= band);
        const actionAt = (points: number) => Object.values(login).filter((threshold) => points >= threshold).length;
        if (actionAt(score) !== actionAt(changed)) expect(isNearThreshold(score, login, band)).toBe(true);
      }),
    );
  });
});

describe('leavesDoubt', () => {
  it("asks the vendor whose card decides, whatever offline data's own score", () => {
    const policy = { thresholds: login, scorecard: 'ipstack' };
    expect(leavesDoubt(assessed({ score: 0 }), policy, 10)).toBe(true);
    expect(leavesDoubt(assessed({ score: 0, askedVendors: true }), policy, 10)).toBe(false);
  });

  it.each<[string, Partial<RiskAssessment>, boolean]>([
    ['a score near a threshold', { score: 40 }, true],
    ['a score far from every threshold', { score: 0 }, false],
    ['a score that vendors had their word in', { score: 40, askedVendors: true }, false],
    ['no verdict from offline data alone', { status: 'unavailable' }, true],
    ['no verdict after vendors were asked', { status: 'unavailable', askedVendors: true }, false],
    ['an address without a reputation', { status: 'not-applicable' }, false],
  ])('of %s', (_, assessment, isLeft) => {
    expect(leavesDoubt(assessed(assessment), { thresholds: login, scorecard: 'unified' }, 10)).toBe(isLeft);
  });
});

import fc from 'fast-check';
import { blank, scored } from '../../../test/support/assessments.js';
import type { RiskAssessment, StandIn } from '../assessment/risk-assessment.js';
import { decide } from './decide.js';
import { ON_UNAVAILABLE, takesStandIns, type IpRiskPolicy } from './ip-risk-policy.js';
import { digested } from './policy-digest.js';
import { parsePolicies, readPolicyFile } from './policy-file.js';
import { resolvePolicy, type PolicyRequest } from './resolve-policy.js';

const set = readPolicyFile();
const STAND_INS = ['stale', 'quota-brake'] as const satisfies readonly StandIn[];
const standIn = (standsIn: StandIn, score = 0): RiskAssessment => ({ ...scored({}), score, standsIn });
const under = (assessment: RiskAssessment, policy: Partial<IpRiskPolicy>) =>
  decide(assessment, digested({ ...set.defaultPolicy, ...policy }), {});
const resolve = (...layers: PolicyRequest[]) => takesStandIns(resolvePolicy(set, layers, 'Test.route'));

describe('takesStandIns', () => {
  it.each([
    ['allow', true],
    ['challenge', false],
    ['hold', false],
    ['block', false],
  ] as const)('goes by the fail mode where nothing is said: %s means %s', (onUnavailable, takes) => {
    expect(takesStandIns({ ...set.defaultPolicy, takeStandIns: undefined, onUnavailable })).toBe(takes);
  });

  it('goes by what the policy says, whatever the fail mode', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom(...ON_UNAVAILABLE), (takeStandIns, onUnavailable) => {
        expect(takesStandIns({ ...set.defaultPolicy, takeStandIns, onUnavailable })).toBe(takeStandIns);
      }),
    );
  });

  it('is read from the policy file, and must be true or false there', () => {
    const file = (more: string) =>
      `default: a\npolicies:\n  a: { thresholds: { monitor: 1, challenge: 2, block: 3 }, onUnavailable: block${more} }\n`;
    const taken = (more: string) => takesStandIns(parsePolicies(file(more), 'p.yaml').defaultPolicy);
    expect(['', ', takeStandIns: true', ', takeStandIns: false'].map(taken)).toEqual([false, true, false]);
    expect(() => taken(', takeStandIns: "yes"')).toThrow(/takeStandIns is "yes"; it must be true or false/);
  });

  it('is what the last layer says that says anything, and goes with a fail mode that a layer changes', () => {
    expect(resolve({})).toBe(true);
    expect(resolve({ failClosed: true })).toBe(false);
    expect(resolve({ failClosed: true, takeStandIns: true })).toBe(true);
    expect(resolve({ takeStandIns: false }, { onUnavailable: 'allow' })).toBe(false);
    expect(resolve({ takeStandIns: false }, { takeStandIns: true })).toBe(true);
    expect(resolve({ policy: 'payment' }, { policy: 'browse' })).toBe(false);
  });

  it('changes the digest of the policy', () => {
    const digests = [undefined, true, false].map(
      (takeStandIns) => digested({ ...set.defaultPolicy, takeStandIns }).reference.digest,
    );
    expect(new Set(digests).size).toBe(3);
  });
});

describe.each(STAND_INS)('decide on a verdict that stands in: %s', (standsIn) => {
  it('decides where the policy takes it, says so, and did not fail open', () => {
    expect(under(standIn(standsIn), { onUnavailable: 'allow' })).toMatchObject({
      action: 'allow',
      cause: 'score',
      score: 0,
      failedOpen: false,
      degraded: [standsIn],
    });
  });

  it.each([
    ['allow', 'allow', { failedOpen: true, failedClosed: false }],
    ['challenge', 'challenge', { requireMfa: true, failedOpen: false }],
    ['hold', 'review', { failedClosed: true, failedOpen: false }],
    ['block', 'block', { failedClosed: true, failedOpen: false }],
  ] as const)('is no verdict where the policy refuses it: %s', (onUnavailable, action, more) => {
    expect(under(standIn(standsIn), { onUnavailable, takeStandIns: false })).toMatchObject({
      action,
      cause: 'unavailable',
      score: undefined,
      reasons: [],
      degraded: [standsIn],
      ...more,
    });
  });

  it('blocks whom it blocks, also where the policy refuses it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ON_UNAVAILABLE), fc.integer({ min: 80, max: 100 }), (onUnavailable, score) => {
        expect(under(standIn(standsIn, score), { onUnavailable, takeStandIns: false })).toMatchObject({
          action: 'block',
          cause: 'score',
          failedClosed: false,
        });
      }),
    );
    const tor = { ...scored({ isTorExitNode: true }), standsIn };
    const refused = { takeStandIns: false, onUnavailable: 'hold', blockOn: ['tor'] } as const;
    expect(under(tor, refused)).toMatchObject({ action: 'block', cause: 'fact' });
  });

  it('never lets anybody through where the policy refuses it and fails closed', () => {
    fc.assert(
      fc.property(fc.constantFrom('hold', 'block'), fc.integer({ min: 0, max: 100 }), (onUnavailable, score) => {
        const { action } = under(standIn(standsIn, score), { onUnavailable });
        expect(['review', 'block']).toContain(action);
      }),
    );
  });

  it('names what failed beside it', () => {
    const failures = [{ providerId: 'vendor', code: 'PROVIDER_TIMEOUT' }] as const;
    expect(under({ ...scored({}), failures, standsIn }, {}).degraded).toEqual(['vendor', standsIn]);
    expect(under({ ...blank, status: 'unavailable', failures, standsIn }, {}).degraded).toEqual(['vendor', standsIn]);
  });

  it('is no verdict, and says why, where the policy goes by the card of a provider that was not asked', () => {
    expect(under(standIn(standsIn), { scorecard: 'vendor', onUnavailable: 'allow' })).toMatchObject({
      cause: 'unavailable',
      failedOpen: true,
      degraded: ['vendor', standsIn],
    });
  });
});

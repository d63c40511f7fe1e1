import fc from 'fast-check';
import { blank, scored } from '../../../test/support/assessments.js';
import { intelligence } from '../../../test/support/intelligence.js';
import type { RiskAssessment, ScoredAssessment } from '../assessment/risk-assessment.js';
import { mergeIntelligence } from '../providers/merged-intelligence.js';
import { decide, decideSkipped, decideUnknownClient } from './decide.js';
import type { IpRiskPolicy } from './ip-risk-policy.js';
import { withKnownScorecards } from './known-scorecards.js';
import { digested } from './policy-digest.js';
import { readPolicyFile } from './policy-file.js';

const { policies, defaultPolicy } = readPolicyFile();
const named = (name: string): IpRiskPolicy => policies.get(name) ?? defaultPolicy;

const withScore = (score: number): ScoredAssessment => ({ ...scored({}), score });
const unavailable: RiskAssessment = {
  ...blank,
  status: 'unavailable',
  failures: [{ providerId: 'stub', code: 'PROVIDER_TIMEOUT' }],
};
const internal: RiskAssessment = {
  ...blank,
  status: 'not-applicable',
  specialPurpose: { name: 'Private-Use', scope: 'internal' },
};
const documentation: RiskAssessment = { ...internal, specialPurpose: { name: 'Documentation', scope: 'unroutable' } };

const under = (assessment: RiskAssessment, policy: Partial<IpRiskPolicy> = {}, claimedCountry?: string) =>
  decide(assessment, digested({ ...defaultPolicy, ...policy }), { claimedCountry });

describe('decide', () => {
  it.each([
    [0, 'allow'],
    [19, 'allow'],
    [20, 'monitor'],
    [44, 'monitor'],
    [45, 'challenge'],
    [79, 'challenge'],
    [80, 'block'],
    [100, 'block'],
  ])('answers a score of %d under the login policy with %s', (score, action) => {
    expect(under(withScore(score))).toMatchObject({ action, score, cause: 'score', failedOpen: false });
  });

  it.each([NaN, Infinity, -Infinity, -1, 101, 1e999])('never takes a score of %d for low', (score) => {
    expect(under(withScore(score))).toMatchObject({ cause: 'unavailable', failedOpen: true, score: undefined });
    expect(under(withScore(score), named('payment'))).toMatchObject({ action: 'review', failedClosed: true });
  });

  it('never allows without saying so: any score outside 0-100 is without a verdict', () => {
    fc.assert(
      fc.property(
        fc.double().filter((score) => !(score >= 0 && score <= 100)),
        (score) => {
          expect(under(withScore(score), named('payment')).action).toBe('review');
        },
      ),
    );
  });

  it('challenges a Tor exit at login and blocks it at payment', () => {
    const tor = scored({ isTorExitNode: true });
    expect(under(tor)).toMatchObject({ action: 'challenge', requireMfa: true });
    expect(under(tor, named('payment'))).toMatchObject({ action: 'block', cause: 'fact' });
  });

  it('does not block on a fact that is only suspected', () => {
    const merged = mergeIntelligence([
      intelligence({
        isAnonymousVpn: { value: true, confidence: 0.79, evidence: 'organisation-name', lastSeen: undefined },
      }),
    ]);
    expect(under({ ...scored({}), facts: merged.facts }, { blockOn: ['vpn'] }).action).not.toBe('block');
    expect(under(scored({ isAnonymousVpn: true }), { blockOn: ['vpn'] })).toMatchObject({
      action: 'block',
      cause: 'fact',
    });
  });

  it('never blocks a VPN alone under a shipped policy', () => {
    for (const policy of policies.values())
      expect(under(scored({ isAnonymousVpn: true }), policy).action).not.toBe('block');
  });

  it.each([
    ['allow', { action: 'allow', failedOpen: true, failedClosed: false }],
    ['challenge', { action: 'challenge', failedOpen: false, failedClosed: false, requireMfa: true }],
    ['hold', { action: 'review', failedOpen: false, failedClosed: true }],
    ['block', { action: 'block', failedOpen: false, failedClosed: true }],
  ] as const)('follows onUnavailable %s without a verdict', (onUnavailable, expected) => {
    expect(under(unavailable, { onUnavailable })).toMatchObject({
      ...expected,
      cause: 'unavailable',
      degraded: ['stub'],
    });
    const unknown = decideUnknownClient(digested({ ...defaultPolicy, onUnavailable }), {});
    expect(unknown).toMatchObject({ ...expected, cause: 'client-ip-unknown', degraded: ['client-ip'] });
  });

  it('lets an internal address pass without calling it assessed', () => {
    expect(under(internal, named('payment'))).toMatchObject({
      action: 'allow',
      cause: 'not-applicable',
      score: undefined,
    });
  });

  it('treats an address that no client can have as an unknown client', () => {
    expect(under(documentation, named('payment'))).toMatchObject({ action: 'review', cause: 'client-ip-unknown' });
  });

  it('lets everything through in dry-run and says what it would have done', () => {
    const decision = under(withScore(95), { mode: 'dry-run' });
    expect(decision).toMatchObject({ action: 'monitor', intendedAction: 'block', requireMfa: false });
    expect(under(unavailable, { ...named('payment'), mode: 'dry-run' })).toMatchObject({
      action: 'monitor',
      failedOpen: true,
    });
  });

  it('records a skipped request as such', () => {
    expect(decideSkipped(digested(defaultPolicy))).toMatchObject({
      action: 'allow',
      cause: 'skipped',
      failedOpen: false,
    });
  });
});

describe('country rules', () => {
  it('blocks a denied country, and every other than the allowed ones', () => {
    expect(under(scored({}, 'KP'), { deniedCountries: ['KP'] })).toMatchObject({
      action: 'block',
      cause: 'denied-country',
    });
    expect(under(scored({}, 'FR'), { allowedCountries: ['US'] })).toMatchObject({
      action: 'block',
      cause: 'denied-country',
    });
    expect(under(scored({}, 'US'), { allowedCountries: ['US'] }).action).toBe('allow');
  });

  it('does not call an unknown country a denied one', () => {
    expect(under(scored({}, undefined), { deniedCountries: ['KP'], allowedCountries: ['US'] }).action).toBe('allow');
  });

  it('only scores a denied country where the policy says so, with the geo card as in its article', () => {
    const policy: Partial<IpRiskPolicy> = {
      scorecard: 'geo',
      onDeniedCountry: 'score',
      deniedCountries: ['KP'],
      thresholds: { monitor: 40, challenge: 40, block: 70 },
    };
    expect(under(scored({}, 'KP'), policy)).toMatchObject({ score: 40, action: 'challenge' });
    expect(under(scored({ isHostingProvider: true }, 'KP'), policy)).toMatchObject({
      score: 70,
      action: 'block',
      cause: 'denied-country',
    });
    expect(under(scored({ isHostingProvider: true }, 'US'), policy)).toMatchObject({ score: 30, action: 'allow' });
  });

  it('adds 30 points when the claimed country differs, whatever its case, and none when either is unknown', () => {
    expect(under(scored({}, 'US'), {}, 'FR')).toMatchObject({ score: 30, action: 'monitor' });
    expect(under(scored({}, 'US'), {}, 'us')).toMatchObject({ score: 0, action: 'allow' });
    expect(under(scored({}, undefined), {}, 'FR').score).toBe(0);
    for (const stated of ['', 'Germany', 'D', '49']) expect(under(scored({}, 'DE'), {}, stated).score).toBe(0);
  });
});

describe('withKnownScorecards', () => {
  const set = { policies: new Map([['p', { ...defaultPolicy, name: 'p', scorecard: 'beltik' }]]), defaultPolicy };

  it('refuses a policy whose scorecard does not exist, instead of scoring it by another', () => {
    expect(() => withKnownScorecards(set, [])).toThrow(
      /"p": there is no scorecard "beltik"; use one of: unified, geo,/,
    );
  });
});

describe('policyDigest', () => {
  it('changes with every field of the policy and not with their order', () => {
    const reordered = Object.fromEntries(Object.entries(defaultPolicy).reverse()) as unknown as IpRiskPolicy;
    expect(digested(reordered).reference).toEqual(digested(defaultPolicy).reference);
    const changes: Partial<IpRiskPolicy>[] = [
      { name: 'x' },
      { scorecard: 'geo' },
      { thresholds: { monitor: 21, challenge: 45, block: 80 } },
      { onUnavailable: 'block' },
      { onChallenge: 'reject' },
      { mode: 'dry-run' },
      { blockOn: ['vpn'] },
      { deniedCountries: ['KP'] },
      { allowedCountries: ['US'] },
      { onDeniedCountry: 'score' },
    ];
    const digests = changes.map((change) => digested({ ...defaultPolicy, ...change }).reference.digest);
    expect(new Set([...digests, digested(defaultPolicy).reference.digest]).size).toBe(changes.length + 1);
  });
});

import { blank, scored } from '../../../test/support/assessments.js';
import { inCountry, mergedFacts } from '../../../test/support/intelligence.js';
import type { RiskAssessment, UnavailableAssessment } from '../assessment/risk-assessment.js';
import type { FactName } from '../providers/ip-intelligence.js';
import { decide } from './decide.js';
import type { IpRiskPolicy } from './ip-risk-policy.js';
import { withKnownScorecards } from './known-scorecards.js';
import { digested } from './policy-digest.js';
import { readPolicyFile } from './policy-file.js';

const { policies, defaultPolicy } = readPolicyFile();
const under = (assessment: RiskAssessment, policy: Partial<IpRiskPolicy> = {}) =>
  decide(assessment, digested({ ...defaultPolicy, ...policy }), {});

/** Every vendor is down; offline data knows this much. */
const outage = (facts: Partial<Record<FactName, boolean>>, country?: string): UnavailableAssessment => ({
  ...blank,
  status: 'unavailable',
  facts: mergedFacts(facts),
  location: inCountry(country),
  failures: [{ providerId: 'vendor', code: 'PROVIDER_TIMEOUT' }],
});

describe('decide without a verdict', () => {
  it('blocks by what is certain all the same: an outage takes no protection away', () => {
    const blocked = { action: 'block', failedOpen: false, degraded: ['vendor'] };
    const tor = outage({ isTorExitNode: true }, 'KP');
    expect(under(tor, { blockOn: ['tor'] })).toMatchObject({ ...blocked, cause: 'fact' });
    expect(under(tor, { deniedCountries: ['KP'] })).toMatchObject({ ...blocked, cause: 'denied-country' });
    const worst = outage({ isTorExitNode: true, isBlocklisted: true });
    expect(under(worst)).toMatchObject({ ...blocked, cause: 'score', score: 100 });
  });

  it('leaves everything else to the fail mode', () => {
    for (const facts of [{}, { isTorExitNode: true }, { isAnonymousVpn: true, isBot: true }]) {
      expect(under(outage(facts, 'DE'))).toMatchObject({ action: 'allow', cause: 'unavailable', failedOpen: true });
      expect(under(outage(facts, 'DE'), { onUnavailable: 'hold' })).toMatchObject({
        action: 'review',
        score: undefined,
      });
    }
  });

  it('blocks by what is certain also where the vendor whose card decides gave no score', () => {
    const policy = { scorecard: 'ipstack', blockOn: ['tor'] } as const;
    expect(under(scored({ isTorExitNode: true }), policy)).toMatchObject({ action: 'block', cause: 'fact' });
    expect(under(scored({}), policy)).toMatchObject({ cause: 'unavailable' });
  });
});

describe('a policy that blocks on VPNs', () => {
  it('lets a certain relay through, whatever others take it for', () => {
    const relay = scored({ isRelay: true, isAnonymousVpn: true, isPublicProxy: true, isHostingProvider: true });
    expect(under(relay, { blockOn: ['vpn', 'proxy', 'hosting'] })).toMatchObject({ action: 'allow' });
    expect(under(relay, { blockOn: ['relay'] })).toMatchObject({ action: 'block', cause: 'fact' });
    expect(under(scored({ isAnonymousVpn: true }), { blockOn: ['vpn'] })).toMatchObject({ action: 'block' });
  });
});

describe('withKnownScorecards', () => {
  const card = { bands: [{ from: 0, label: 'low', action: 'allow' as const }] };
  const vendor = (id: string) => ({
    id,
    kind: 'vendor' as const,
    scorecard: card,
    lookup: () => Promise.reject(new Error('unused')),
    health: () => ({ status: 'up' as const, details: {} }),
  });
  const set = {
    policies: new Map([...policies, ['p', { ...defaultPolicy, name: 'p', scorecard: 'b' }]]),
    defaultPolicy,
  };

  it("refuses a vendor's card under a strategy that may never ask that vendor", () => {
    const providers = [vendor('a'), vendor('b')];
    expect(() => withKnownScorecards(set, providers, 'fallback')).toThrow(/"p" goes by the scorecard of b, which the/);
    expect(withKnownScorecards(set, providers, 'parallel')).toBe(set);
    expect(withKnownScorecards(set, [vendor('b')], 'fallback')).toBe(set);
  });
});

import { IP_INTELLIGENCE_PROVIDERS, parsePolicies, type ProviderScorecard } from 'nestjs-ip-risk';
import { FakeProvider } from 'nestjs-ip-risk/testing';
import { POLICY_SET } from '../src/modules/policy/policy-file.js';
import type { Answer } from './support/http-client.js';
import { ServiceApp } from './support/service-app.js';

const RISK = '/v1/ips/risk';
const MILD = '81.0.0.1';
const SILENT = '81.0.0.2';
const STRANGE = '81.0.0.3';

/** "Suspicious" begins at 75 here, where ours would challenge long before. */
const scorecard: ProviderScorecard = {
  bands: [
    { from: 0, label: 'fine', action: 'allow' },
    { from: 75, label: 'suspicious', action: 'monitor' },
  ],
};
const POLICIES = `
default: login
policies:
  login: { thresholds: { monitor: 20, challenge: 45, block: 80 }, onUnavailable: allow }
  theirs: { scorecard: acme, thresholds: { monitor: 20, challenge: 45, block: 80 }, onUnavailable: challenge }
  abroad:
    thresholds: { monitor: 20, challenge: 45, block: 80 }
    onUnavailable: allow
    deniedCountries: [US]
    onDeniedCountry: score
`;

describe('what vendors make of an address', () => {
  let service: ServiceApp;
  const single = async (ip_address: string, more: object = {}): Promise<Answer['json']> => {
    const { json } = await service.http.post(RISK, { ip_address, ...more });
    return json;
  };
  const listed = async (ips: readonly string[], policy?: string) =>
    (await service.http.post(`${RISK}/bulk`, { ips, policy })).json as readonly Record<string, unknown>[];

  beforeAll(async () => {
    const providers = [
      new FakeProvider({
        id: 'acme',
        kind: 'vendor',
        scorecard,
        answers: { [SILENT]: { facts: { isTorExitNode: true } } },
        otherwise: { score: 80, location: { countryCode: 'US' } },
      }),
      new FakeProvider({
        id: 'other',
        kind: 'vendor',
        answers: { [STRANGE]: 'PROVIDER_TIMEOUT' },
        otherwise: { facts: { isTorExitNode: false }, location: { countryCode: 'DE' } },
      }),
      new FakeProvider({ id: 'spent', kind: 'vendor', limits: { dailyBudget: 0 } }),
    ];
    service = await ServiceApp.start({}, (builder) =>
      builder
        .overrideProvider(IP_INTELLIGENCE_PROVIDERS)
        .useValue(providers)
        .overrideProvider(POLICY_SET)
        .useValue(parsePolicies(POLICIES, 'the policies of the test')),
    );
  }, 60_000);

  afterAll(() => service.close());

  it('is shown on their scale, in their word and on ours', async () => {
    const { assessment } = await single(MILD);
    expect(assessment.opinions).toEqual([{ provider: 'acme', score: 80, band: 'suspicious', on_our_scale: 25 }]);
    expect(assessment.score).toBe(25);
    expect((await single('10.0.0.1')).assessment.opinions).toEqual([]);
  });

  it('differs about the country, and both are named', async () => {
    const { assessment } = await single(MILD);
    const claims = [
      { provider: 'acme', value: 'US' },
      { provider: 'other', value: 'DE' },
    ];
    expect(assessment.location.country).toBe('US');
    expect(assessment.evidence.country).toEqual({ disputed: true, claims });
    expect((await single(STRANGE)).assessment.evidence).not.toHaveProperty('country');
  });

  it('lacks those that were not asked, told from those that failed', async () => {
    const failures = [
      { provider: 'other', code: 'PROVIDER_TIMEOUT', refused: false },
      { provider: 'spent', code: 'PROVIDER_QUOTA', refused: true },
    ];
    expect((await single(STRANGE)).assessment.failures).toEqual(failures);
    expect(await listed([STRANGE])).toMatchObject([{ status: 'degraded', failures, degraded: ['other', 'spent'] }]);
  });

  it('decides in a list as in a single answer, and says by which score', async () => {
    const ips = [MILD, SILENT, STRANGE, '10.0.0.1'];
    // Under one policy after another: what a network's items share must not outlive the decision.
    for (const policy of ['login', 'theirs', 'abroad', 'login']) {
      const items = await listed(ips, policy);
      for (const [index, ip] of ips.entries()) {
        const { decision } = await single(ip, { policy });
        expect(items[index]).toMatchObject({
          action: decision.action,
          decision_score: decision.score,
          degraded: decision.degraded,
        });
      }
    }
  });

  it('decides by the vendor’s own points where the policy says so', async () => {
    const [mild, silent] = await listed([MILD, SILENT], 'theirs');
    expect(mild).toMatchObject({ score: 25, decision_score: 80, action: 'block', cause: 'score' });
    expect(silent).toMatchObject({ score: 50, decision_score: null, action: 'challenge', degraded: ['acme'] });
  });
});

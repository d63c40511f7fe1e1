import fc from 'fast-check';
import { scored } from '../../../test/support/assessments.js';
import type { RiskAssessment, ScoredAssessment } from '../assessment/risk-assessment.js';
import type { FactName } from '../providers/ip-intelligence.js';
import { combineScores, DEFAULT_COMBINER, type ProviderOpinion } from '../scoring/score-combiner.js';
import { decide } from './decide.js';
import type { IpRiskPolicy } from './ip-risk-policy.js';
import { digested } from './policy-digest.js';
import { readPolicyFile } from './policy-file.js';
import type { RiskDecision } from './risk-decision.js';

const { defaultPolicy } = readPolicyFile();

const under = (assessment: RiskAssessment, policy: Partial<IpRiskPolicy> = {}, claimedCountry?: string) =>
  decide(assessment, digested({ ...defaultPolicy, ...policy }), { claimedCountry });

const sumOf = ({ reasons }: RiskDecision) => reasons.reduce((sum, { points }) => sum + points, 0);

describe("a policy that goes by a provider's own card", () => {
  const card = {
    bands: [
      { from: 0, label: 'low', action: 'allow' as const },
      { from: 80, label: 'critical', action: 'block' as const },
    ],
    claimedCountryDiffers: 30,
  };
  const rows = [
    { code: 'VPN', points: 25, detail: 'is_vpn' },
    { code: 'BLACKLISTED', points: 60, detail: 'isIPBlacklisted' },
  ];
  const opinion: ProviderOpinion = {
    providerId: 'apiverve',
    source: 'apiverve',
    score: { card, rows },
    countryCode: 'DE',
    isPartial: false,
  };
  const assessment: ScoredAssessment = { ...scored({}, 'DE'), opinions: [opinion] };

  it("scores to the card's point and caps at 100", () => {
    expect(under(assessment, { scorecard: 'apiverve' })).toMatchObject({ score: 85, action: 'block' });
    const claimed = under(assessment, { scorecard: 'apiverve' }, 'US');
    expect(claimed).toMatchObject({ score: 100, action: 'block' });
    expect(claimed.reasons.map(({ code, points }) => [code, points])).toEqual([
      ['VPN', 25],
      ['BLACKLISTED', 60],
      ['CLAIMED_COUNTRY_DIFFERS', 30],
      ['SCORE_CAPPED', -15],
    ]);
  });

  it('has no verdict where that provider gave no score', () => {
    expect(under(scored({}), { scorecard: 'apiverve' })).toMatchObject({
      cause: 'unavailable',
      score: undefined,
      degraded: ['apiverve'],
    });
  });

  it('counts a claimed country in the opinion too when our own card decides', () => {
    const below = { ...opinion, score: { card, rows: rows.slice(1) } };
    const decision = under({ ...scored({}, 'DE'), opinions: [below] }, {}, 'US');
    expect(decision.score).toBe(90);
    expect(sumOf(decision)).toBe(90);
  });

  it('compares a claimed country with its own provider’s country, not with the one that is followed', () => {
    const elsewhere = { ...assessment, ...scored({}, 'US'), opinions: [{ ...opinion, score: { card, rows: [] } }] };
    expect(under(elsewhere, { scorecard: 'apiverve' }, 'DE')).toMatchObject({ score: 0, action: 'allow' });
    expect(under(elsewhere, { scorecard: 'apiverve' }, 'us')).toMatchObject({ score: 30, action: 'monitor' });
    for (const stated of ['', 'Germany', 'D', undefined]) {
      expect(under(elsewhere, { scorecard: 'apiverve' }, stated)).toMatchObject({ score: 0, cause: 'score' });
    }
    const nowhere = { ...elsewhere, opinions: [{ ...opinion, score: { card, rows: [] }, countryCode: undefined }] };
    expect(under(nowhere, { scorecard: 'apiverve' }, 'US').score).toBe(0);
  });

  it('hears an opinion with another country when our own card decides and has the claimed one', () => {
    const below = { ...opinion, score: { card, rows: rows.slice(1) } };
    const decision = under({ ...scored({}, 'US'), opinions: [below] }, {}, 'US');
    expect(decision).toMatchObject({ score: 79, action: 'challenge' });
    expect(decision.reasons.map(({ code }) => code)).toEqual(['PROVIDER_SCORE']);
  });
});

describe('a provider that could ask only a part of its sources', () => {
  const card = {
    bands: [
      { from: 0, label: 'low', action: 'allow' as const },
      { from: 50, label: 'high', action: 'challenge' as const },
    ],
  };
  const partial = (points: number, facts: Partial<Record<FactName, boolean>> = {}): ScoredAssessment => ({
    ...scored(facts, 'DE'),
    status: 'degraded',
    partialProviders: ['apiverve'],
    opinions: [
      {
        providerId: 'apiverve',
        source: 'apiverve',
        score: { card, rows: [{ code: 'ROW', points, detail: '' }] },
        countryCode: 'DE',
        isPartial: true,
      },
    ],
  });
  const scorecard = 'apiverve';

  it.each([0, 44])('gives no verdict with %d points where its card decides', (points) => {
    const without = { cause: 'unavailable', score: undefined, reasons: [], degraded: ['apiverve'] };
    expect(under(partial(points), { scorecard })).toMatchObject({ ...without, action: 'allow', failedOpen: true });
    expect(under(partial(points), { scorecard, onUnavailable: 'hold' })).toMatchObject({
      ...without,
      action: 'review',
      failedClosed: true,
    });
  });

  it.each([
    [45, 'challenge'],
    [80, 'block'],
  ])('is enough with %d points to %s: what is missing could only add to them', (points, action) => {
    expect(under(partial(points), { scorecard })).toMatchObject({
      action,
      cause: 'score',
      score: points,
      degraded: ['apiverve'],
    });
  });

  it('leaves facts and countries that block by themselves to do so', () => {
    const tor = partial(0, { isTorExitNode: true });
    expect(under(tor, { scorecard, blockOn: ['tor'] })).toMatchObject({ action: 'block', cause: 'fact' });
    expect(under(partial(0), { scorecard, deniedCountries: ['DE'] })).toMatchObject({ cause: 'denied-country' });
  });

  it('is named beside those that failed where a card of ours decides', () => {
    const assessment: ScoredAssessment = {
      ...partial(0),
      failures: [{ providerId: 'stub', code: 'PROVIDER_TIMEOUT' }],
    };
    for (const own of ['unified', 'geo']) {
      expect(under(assessment, { scorecard: own })).toMatchObject({
        action: 'allow',
        cause: 'score',
        degraded: ['stub', 'apiverve'],
      });
    }
  });

  it('never lets a request through as judged, and has reasons that add up to the score', () => {
    const points = fc.integer({ min: -50, max: 150 });
    const stated = fc.constantFrom('DE', 'US', undefined);
    fc.assert(
      fc.property(points, stated, fc.constantFrom(scorecard, 'unified'), (given, claimed, by) => {
        const assessment = partial(given);
        const { score, reasons } = combineScores({ score: 0, reasons: [] }, assessment.opinions, DEFAULT_COMBINER);
        const decision = under({ ...assessment, score, reasons }, { scorecard: by }, claimed);
        expect(sumOf(decision)).toBe(decision.score ?? 0);
        if (by === scorecard && decision.action === 'allow') expect(decision.failedOpen).toBe(true);
      }),
    );
  });
});

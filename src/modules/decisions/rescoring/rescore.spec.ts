import { assessed, LOGIN_POLICY, QUIET_POLICY } from '../../../../test/support/decision-events.js';
import { impossible, reported } from '../../../../test/support/travel-reports.js';
import type { RiskAssessment } from '../../assessment/risk-assessment.js';
import { decide, type RequestContext } from '../../policy/decide.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import { digested } from '../../policy/policy-digest.js';
import { decidedTravel } from '../signals/decided-travel.js';
import { signalsOf } from '../signals/decision-signals.js';
import { rescore } from './rescore.js';

/** Decides, keeps what is kept as text, and decides again by that. */
function twice(assessment: RiskAssessment, context: RequestContext, policy: IpRiskPolicy = LOGIN_POLICY) {
  const decision = decide(assessment, digested(policy), context);
  const kept = JSON.parse(
    JSON.stringify({ body: policy, signals: signalsOf(assessment), travel: decidedTravel(decision) }),
  ) as { body: IpRiskPolicy; signals: ReturnType<typeof signalsOf>; travel: ReturnType<typeof decidedTravel> };
  const { cause, degraded, subject } = decision;
  const again = rescore({
    ...kept,
    policy: { ...decision.policy, body: kept.body },
    claimedCountry: context.claimedCountry,
    cause,
    degraded,
    subject,
    isSummary: false,
  });
  return { decision, again };
}

describe('rescore', () => {
  it('knows two places at once again, which JSON has no number for', () => {
    const travel = reported({ ...impossible, elapsedSeconds: 0, speedKmh: Infinity });
    const { decision, again } = twice(assessed('81.10.0.1', {}, 'JP'), { subject: 'ada', travel });

    expect(again).toMatchObject({ score: 50, reasons: decision.reasons });
    expect(decision.reasons[0]?.detail).toContain('two places at once');
  });

  it('tells travel that was not known from a provider of that name which failed', () => {
    const failed = { providerId: 'geo-velocity', code: 'PROVIDER_TIMEOUT' } as const;
    const assessment: RiskAssessment = { ...assessed('81.10.0.1'), failures: [failed] };
    const closed: IpRiskPolicy = { ...QUIET_POLICY, onUnavailable: 'block' };

    for (const travel of [undefined, 'unavailable'] as const) {
      const { decision, again } = twice(assessment, { subject: 'ada', travel }, closed);
      expect(again?.action).toBe(travel === undefined ? 'allow' : 'block');
      expect(again).toMatchObject({ action: decision.action, cause: decision.cause });
    }
  });

  it('decides nothing where only a count is kept', () => {
    const { decision } = twice(assessed('81.10.0.1'), {});
    const policy = { ...decision.policy, body: LOGIN_POLICY };
    const nothing = { signals: undefined, travel: undefined, claimedCountry: undefined, subject: undefined };

    expect(rescore({ ...nothing, policy, cause: 'score', degraded: [], isSummary: true })).toBeUndefined();
  });
});

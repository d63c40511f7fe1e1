import { blank, scored } from '../../../test/support/assessments.js';
import { impossible, possible, reported } from '../../../test/support/travel-reports.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { decide } from './decide.js';
import type { IpRiskPolicy } from './ip-risk-policy.js';
import { digested } from './policy-digest.js';
import { readPolicyFile } from './policy-file.js';
import type { RiskDecision } from './risk-decision.js';

const { policies, defaultPolicy } = readPolicyFile();

const internal: RiskAssessment = {
  ...blank,
  ip: '10.0.0.1',
  status: 'not-applicable',
  specialPurpose: { name: 'Private-Use', scope: 'internal' },
};
const ASSESSMENTS: Readonly<Record<string, RiskAssessment>> = {
  complete: scored({}, 'FR'),
  risky: scored({ isTorExitNode: true }),
  degraded: { ...scored({}), status: 'degraded', failures: [] },
  unavailable: { ...blank, status: 'unavailable' },
  internal,
  unroutable: { ...internal, specialPurpose: { name: 'Documentation', scope: 'unroutable' } },
};
const FAIL_MODES = ['allow', 'challenge', 'hold', 'block'] as const;

const decided = (assessment: RiskAssessment, policy: IpRiskPolicy, isHeld: boolean): RiskDecision =>
  decide(assessment, digested(policy), { subject: 'ann', travel: reported(possible, undefined, isHeld) });

describe('a decision on an account that is held', () => {
  it('stops whatever is not blocked, whatever is known of the address and whatever the policy', () => {
    const all = Object.values(ASSESSMENTS).flatMap((assessment) =>
      [...policies.values()].flatMap((policy) =>
        FAIL_MODES.map((onUnavailable) => [assessment, { ...policy, mode: 'live', onUnavailable }] as const),
      ),
    );
    for (const [assessment, policy] of all) {
      const without = decided(assessment, policy, false);
      const { action, cause, score, reasons, failedOpen, failedClosed, requireMfa } = decided(assessment, policy, true);
      expect([score, reasons]).toEqual([without.score, without.reasons]);
      if (without.action === 'block') expect([action, cause]).toEqual(['block', without.cause]);
      else {
        expect({ action, cause, failedOpen, failedClosed, requireMfa }).toEqual({
          action: 'review',
          cause: 'account-held',
          failedOpen: false,
          failedClosed: false,
          requireMfa: false,
        });
      }
    }
  });

  it('counts travel all the same', () => {
    const travel = reported(impossible, undefined, true);
    const decision = decide(scored({}, 'JP'), digested(defaultPolicy), { subject: 'ann', travel });
    expect(decision).toMatchObject({ action: 'review', score: 50, reasons: [{ code: 'IMPOSSIBLE_TRAVEL' }], travel });
  });

  it('only says what it would do in dry-run', () => {
    expect(decided(scored({}), { ...defaultPolicy, mode: 'dry-run' }, true)).toMatchObject({
      action: 'monitor',
      intendedAction: 'review',
      cause: 'account-held',
    });
  });
});

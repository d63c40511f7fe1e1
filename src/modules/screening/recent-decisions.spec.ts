import { scored } from '../../../test/support/assessments.js';
import { decide, NO_REQUEST_CONTEXT } from '../policy/decide.js';
import { digested } from '../policy/policy-digest.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { RecentDecisions } from './recent-decisions.js';

const POLICIES = Object.values(readPolicyFile().policies).map(digested);
const ASSESSMENTS = [scored({}), scored({ isAnonymousVpn: true }), scored({ isTorExitNode: true, isBot: true })];

describe('RecentDecisions', () => {
  it('are what would be decided anew, for each assessment under each policy, in any order', () => {
    const recent = new RecentDecisions();
    const pairs = ASSESSMENTS.flatMap((assessment) => POLICIES.map((policy) => ({ assessment, policy })));
    for (const { assessment, policy } of [...pairs, ...pairs.reverse(), ...pairs]) {
      expect(recent.decide(assessment, policy)).toEqual(decide(assessment, policy, NO_REQUEST_CONTEXT));
    }
  });

  it('name the assessment they were made of, also where another one says the same', () => {
    const recent = new RecentDecisions();
    const [first, second] = [scored({ isAnonymousVpn: true }), { ...scored({ isAnonymousVpn: true }), ip: '8.8.4.4' }];
    const made = [first, second, first].map((assessment) =>
      recent.decide(assessment, digested(readPolicyFile().defaultPolicy)),
    );
    expect(made.map(({ assessment }) => assessment)).toEqual([first, second, first]);
  });

  it('are shared and cannot be changed by those who see them', () => {
    const recent = new RecentDecisions();
    const [assessment = scored({})] = ASSESSMENTS;
    const policy = digested(readPolicyFile().defaultPolicy);
    const decision = recent.decide(assessment, policy);
    expect(recent.decide(assessment, policy)).toBe(decision);
    expect(Object.isFrozen(decision)).toBe(true);
  });
});

import { blank } from '../../../test/support/assessments.js';
import { possible, reported } from '../../../test/support/travel-reports.js';
import { decide } from '../policy/decide.js';
import { digested } from '../policy/policy-digest.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { denialOf } from './ip-risk.exception.js';

const { defaultPolicy } = readPolicyFile();

describe('denialOf', () => {
  it.each([
    ['an account that is held, and not why', true, 403, 'IP_RISK_DENIED'],
    ['a request without a verdict, since trying again may help', false, 503, 'IP_RISK_UNAVAILABLE'],
  ] as const)('refuses %s', (_what, isHeld, status, error) => {
    const policy = digested({ ...defaultPolicy, mode: 'live', onUnavailable: 'hold' });
    const travel = reported(possible, undefined, isHeld);
    const denial = denialOf(decide({ ...blank, status: 'unavailable' }, policy, { subject: 'ann', travel }));
    expect(denial?.getStatus()).toBe(status);
    expect(denial?.getResponse()).toMatchObject({ error });
    expect(JSON.stringify(denial?.getResponse())).not.toMatch(/held|account|reported/i);
  });
});

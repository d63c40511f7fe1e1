import { scored } from '../../../../test/support/assessments.js';
import { ALERT_SETTINGS } from '../../../../test/support/made-triggers.js';
import { impossible, paris, possible, reported } from '../../../../test/support/travel-reports.js';
import type { LoginReport, TravelReport } from '../../geo-velocity/geo-velocity.js';
import { decide } from '../../policy/decide.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import { digested } from '../../policy/policy-digest.js';
import { readPolicyFile } from '../../policy/policy-file.js';
import type { DecidedLogin } from './finding-triggers.js';
import { loginTriggers } from './login-triggers.js';

const { defaultPolicy } = readPolicyFile();
const AT = Date.parse('2026-01-01T00:00:00Z');
const login = { ...paris, eventId: 'in-tokyo', ts: AT - 5000, country: 'JP' };
const finding = { from: paris, to: login, distanceKm: 9700, elapsedSeconds: 3600, speedKmh: 9700 };
const late = { ...finding, to: { ...login, eventId: 'later' } };
const changed = { ...possible, isCountryChanged: true };

const recorded = (travel: TravelReport, found: LoginReport['found'] = []): LoginReport => ({
  ...travel,
  login,
  isDuplicate: false,
  found,
  withdrawn: [],
  isOwed: true,
});
/** Decided on a check, and recorded later. */
const checked = (travel: TravelReport, isOnRecord: boolean, rules: Partial<IpRiskPolicy> = {}): DecidedLogin => {
  const policy = { ...defaultPolicy, alertOnNewCountry: true, ...rules };
  return { decision: decide(scored({}, 'JP'), digested(policy), { subject: 'ann', travel }), policy, isOnRecord };
};
const kindsOf = (report: LoginReport, decided?: DecidedLogin): string[] =>
  loginTriggers('ann', report, { at: AT, settings: { ...ALERT_SETTINGS, asksUsers: true }, decided }).map(
    ({ kind, audience }) => `${kind} ${audience}`,
  );

describe('the alerts that a recorded login owes', () => {
  const leap = reported(impossible);
  const found = recorded(leap, [finding]);
  const both = ['impossible-travel team', 'impossible-travel user'];

  it('tell the team once what the decision on a check of it told, and ask the user', () => {
    expect(kindsOf(found, checked(leap, true))).toEqual(['impossible-travel user']);
    expect(kindsOf(recorded(leap, [finding, late]), checked(leap, true))).toEqual(['impossible-travel user', ...both]);
    expect(kindsOf(recorded(reported(changed)), checked(reported(changed), true))).toEqual(['new-country user']);
  });

  it('tell the team where nothing was told before', () => {
    expect(kindsOf(found)).toEqual(both);
    expect(kindsOf(found, checked(leap, false))).toEqual(both);
    expect(kindsOf(found, checked(reported(possible), true))).toEqual(both);
    const explained = reported(impossible, { kind: 'network', country: 'JP', until: AT });
    expect(kindsOf(found, checked(explained, true))).toEqual(both);
  });

  it('are of a new country where the deciding policy alerts of one, dated as the login', () => {
    const report = recorded(reported(changed));
    const decided = checked(reported(changed), false);
    expect(kindsOf(report, decided)).toEqual(['new-country team', 'new-country user']);
    expect(loginTriggers('ann', report, { at: AT, settings: ALERT_SETTINGS, decided })).toMatchObject([
      { firstAt: login.ts, lastAt: login.ts, dedupeId: expect.any(String) as string },
    ]);
    const held = reported(changed, undefined, true);
    expect(kindsOf(recorded(held), checked(held, false))).toEqual([]);
    for (const rules of [{ alertOnNewCountry: false }, { alertFrom: 'never' as const }]) {
      expect(kindsOf(report, checked(reported(changed), false, rules))).toEqual([]);
    }
  });
});

import fc from 'fast-check';
import { blank, scored } from '../../../../test/support/assessments.js';
import { ALERT_SETTINGS } from '../../../../test/support/made-triggers.js';
import { impossible, paris, possible, reported } from '../../../../test/support/travel-reports.js';
import type { LoginReport, TravelReport } from '../../geo-velocity/geo-velocity.js';
import { decide, decideSkipped, decideUnknownClient, type RequestContext } from '../../policy/decide.js';
import { ALERT_FROM, NEVER, type IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import { digested } from '../../policy/policy-digest.js';
import { readPolicyFile } from '../../policy/policy-file.js';
import type { RiskDecision } from '../../policy/risk-decision.js';
import type { AlertSettings } from '../alert-settings.js';
import type { DecidedRequest } from './decided-trigger.js';
import { decisionTriggers } from './decision-triggers.js';

const AT = Date.parse('2026-01-01T00:00:00Z');
const policy: IpRiskPolicy = {
  ...readPolicyFile().defaultPolicy,
  thresholds: { monitor: 30, challenge: 60, block: 80 },
  alertFrom: 'high',
};

const byScore = (score: number | undefined, rules: IpRiskPolicy = policy, more: Partial<RiskDecision> = {}) => ({
  decision: { ...decide(scored({}, 'JP'), digested(rules), { subject: 'ann' }), score, ...more },
  policy: rules,
  route: 'LoginController.login',
});
const onTravel = (
  travel: TravelReport | LoginReport,
  rules: Partial<IpRiskPolicy> = {},
  facts: Parameters<typeof scored>[0] = {},
): DecidedRequest => {
  const all = { ...policy, ...rules };
  const context: RequestContext = { subject: 'ann', travel };
  return { decision: decide(scored(facts, 'JP'), digested(all), context), policy: all, route: 'login' };
};
const triggersOf = (decided: DecidedRequest, with_: Partial<AlertSettings> = {}) =>
  decisionTriggers(decided, { decisionId: 'decision-1', at: AT, settings: { ...ALERT_SETTINGS, ...with_ } });
const kindsOf = (decided: DecidedRequest, with_: Partial<AlertSettings> = {}): string[] =>
  triggersOf(decided, with_).map(({ kind, severity, audience }) => `${kind} ${severity} ${audience}`);

const relief = (kind: 'announced' | 'network' | 'country') => ({ kind, country: 'JP', until: AT });
const recorded = (travel: TravelReport, found: LoginReport['found'] = []): LoginReport => ({
  ...travel,
  login: { ...paris, eventId: 'in-tokyo', ts: AT, country: 'JP', city: 'Tokyo' },
  isDuplicate: false,
  found,
  withdrawn: [],
  isOwed: false,
});
const changed = { ...possible, isCountryChanged: true };

describe('the alerts that a decision owes', () => {
  it('begin at the band that the policy names', () => {
    const rules = { ...policy, alertFrom: 'medium' as const };
    expect([29, 30, 59, 60, 79, 80, 100].flatMap((score) => kindsOf(byScore(score, rules)))).toEqual([
      'risk medium team',
      'risk medium team',
      'risk high team',
      'risk high team',
      'risk critical team',
      'risk critical team',
    ]);
    expect(kindsOf(byScore(59))).toEqual([]);
    expect(kindsOf(byScore(79, { ...policy, alertFrom: 'critical' }))).toEqual([]);
    expect(kindsOf(byScore(100, { ...policy, thresholds: { monitor: 30, challenge: 60, block: NEVER } }))).toEqual([
      'risk high team',
    ]);
    expect(triggersOf(byScore(85, { ...policy, mode: 'dry-run' }, { intendedAction: 'block' }))).toMatchObject([
      { severity: 'critical', count: 1, facts: { mode: 'dry-run', action: 'block', level: 'critical' } },
    ]);
  });

  it('are none by a score that is none, and none without a verdict', () => {
    for (const score of [undefined, Number.NaN, Infinity, -1, 101]) expect(kindsOf(byScore(score))).toEqual([]);
    const none = [
      decideSkipped(digested(policy)),
      decideUnknownClient(digested(policy), { subject: 'ann' }),
      decide({ ...blank, status: 'unavailable' }, digested(policy), { subject: 'ann' }),
      byScore(100, policy, { cause: 'account-held', action: 'challenge' }).decision,
    ];
    for (const decision of none) expect(kindsOf({ decision, policy, route: 'x' })).toEqual([]);
  });

  it('are owed by what blocks whatever the score', () => {
    const fact = { cause: 'fact', action: 'block', intendedAction: 'block' } as const;
    expect(kindsOf(byScore(0, policy, fact))).toEqual(['risk critical team']);
    expect(kindsOf(byScore(0, policy, { ...fact, cause: 'denied-country' }))).toEqual(['risk high team']);
    expect(kindsOf(byScore(90, policy, { ...fact, cause: 'denied-country' }))).toEqual(['risk critical team']);
  });

  it('tell of impossible travel in the place of the score, in every band, unless it is explained', () => {
    expect(kindsOf(onTravel(reported(impossible), { alertFrom: 'critical' }))).toEqual(['impossible-travel high team']);
    expect(kindsOf(onTravel(reported(impossible), {}, { isResidentialProxy: true }))).toEqual([
      'impossible-travel critical team',
    ]);
    expect(kindsOf(onTravel(reported(impossible, relief('country'))))).toEqual(['impossible-travel high team']);
    for (const kind of ['announced', 'network'] as const) {
      const explained = onTravel(reported(impossible, relief(kind)), { alertFrom: 'medium' }, { isTorExitNode: true });
      expect(kindsOf(explained)).toEqual(['risk medium team']);
    }
    // Where it is recorded, a finding is what is told of, and a verdict alone is none.
    const found = [
      { from: paris, to: recorded(reported(impossible)).login, distanceKm: 9700, elapsedSeconds: 3600, speedKmh: 9700 },
    ];
    expect(triggersOf(onTravel(recorded(reported(impossible), found)))).toMatchObject([
      { kind: 'impossible-travel', dedupeId: expect.any(String) as string, facts: { user: 'ann' } },
    ]);
    expect(kindsOf(onTravel(recorded(reported(impossible))))).toEqual([]);
  });

  it('are none for a trip that is reported again, whose login has owed them since it came first', () => {
    const trip = recorded(reported(impossible));
    const isRisky = { isResidentialProxy: true };
    expect(kindsOf(onTravel(trip, {}, isRisky))).toEqual(['risk critical team']);
    expect(kindsOf(onTravel({ ...trip, isDuplicate: true }, {}, isRisky))).toEqual([]);
  });

  it('tell of a new country where the policy says so and nothing explains it', () => {
    const rules = { alertOnNewCountry: true };
    expect(kindsOf(onTravel(reported(changed), rules))).toEqual(['new-country medium team']);
    expect(kindsOf(onTravel(recorded(reported(changed)), rules))).toEqual(['new-country medium team']);
    expect(kindsOf(onTravel(reported(changed), rules, { isTorExitNode: true }))).toEqual([
      'risk high team',
      'new-country medium team',
    ]);
    const none = [
      onTravel(reported(changed)),
      onTravel(reported(changed, relief('country')), rules),
      onTravel(reported({ ...changed, status: 'not-comparable' }), rules),
      onTravel(reported({ ...changed, isCountryChanged: undefined }), rules),
    ];
    expect(none.flatMap((each) => kindsOf(each))).toEqual([]);
  });

  it('ask the user where users are asked, and tell them nothing of what is made of it', () => {
    const asked = { asksUsers: true };
    expect(kindsOf(byScore(90), asked)).toEqual(['risk critical team']);
    const [, user] = triggersOf(onTravel(recorded(reported(changed)), { alertOnNewCountry: true }), asked);
    expect(user?.facts).toEqual({
      ...Object.fromEntries(Object.keys(user?.facts ?? {}).map((name) => [name, undefined])),
      reasons: [],
      ip: '8.8.8.8',
      asn: 64496,
      country: 'JP',
      user: 'ann',
      eventId: 'in-tokyo',
    });
    expect(user?.audience).toBe('user');
  });

  it('ask no user about a check, which needs no password, and none whose account is held', () => {
    const asked = { asksUsers: true };
    const rules = { alertOnNewCountry: true };
    expect(kindsOf(onTravel(reported(impossible), {}, { isResidentialProxy: true }), asked)).toEqual([
      'impossible-travel critical team',
    ]);
    expect(kindsOf(onTravel(reported(changed), rules), asked)).toEqual(['new-country medium team']);
    const dryRun = { ...rules, mode: 'dry-run' } as const;
    expect(kindsOf(onTravel({ ...recorded(reported(changed)), isHeld: true }, dryRun), asked)).not.toContain(
      'new-country medium user',
    );
  });

  it('are none under a policy that alerts of nothing, whatever happened', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ALERT_FROM),
        fc.constantFrom(impossible, changed),
        fc.boolean(),
        (from, verdict, is) => {
          const decided = onTravel(
            reported(verdict),
            { alertFrom: from, alertOnNewCountry: true },
            { isTorExitNode: is },
          );
          expect(kindsOf(decided, { asksUsers: true }).length === 0).toBe(from === 'never');
        },
      ),
    );
  });

  it('hold the address only where plain addresses are kept', () => {
    const [kept] = triggersOf(byScore(90));
    expect(kept).toMatchObject({
      prefix: '8.8.8.0/24',
      facts: { ip: '8.8.8.8', country: 'JP', decisionId: 'decision-1' },
    });
    const bare = triggersOf(byScore(90), { addressDays: 0 });
    expect(bare[0]?.facts.ip).toBeUndefined();
    expect(JSON.stringify(bare.map(({ facts }) => facts))).not.toContain('8.8.8');
  });
});

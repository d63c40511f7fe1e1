import { scored } from '../../../../test/support/assessments.js';
import { BERLIN, login, NEW_YORK, PARIS, TOKYO } from '../../../../test/support/travel-points.js';
import { impossible } from '../../../../test/support/travel-reports.js';
import type { LoginReport } from '../../geo-velocity/geo-velocity.js';
import { findingsIn } from '../../geo-velocity/travel/travel-findings.js';
import { DEFAULT_TRAVEL_LIMITS, type TravelFinding } from '../../geo-velocity/travel/travel-verdict.js';
import { decide } from '../../policy/decide.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import { digested } from '../../policy/policy-digest.js';
import { readPolicyFile } from '../../policy/policy-file.js';
import type { AlertSettings } from '../alert-settings.js';
import { findingDedupeId, findingTriggers, type DecidedLogin } from './finding-triggers.js';

const { defaultPolicy } = readPolicyFile();
const settings: AlertSettings = {
  windowMs: 300_000,
  capPerHour: 60,
  groupBy: ['user'],
  asksUsers: false,
  retentionDays: 90,
  addressDays: 30,
};
const from = login(PARIS, 0);
const to = login({ ...TOKYO, asn: 2516 }, 0.1);
const [finding] = findingsIn([from, to], DEFAULT_TRAVEL_LIMITS) as [TravelFinding];
const report: LoginReport = {
  verdict: impossible,
  relief: undefined,
  isHeld: false,
  login: to,
  isDuplicate: false,
  found: [finding],
  withdrawn: [],
  isOwed: true,
  client: { ip: '203.0.113.7', network: 'lasting-name' },
};
const at = to.ts + 500;

const decided = (facts: Parameters<typeof scored>[0], policy: Partial<IpRiskPolicy> = {}): DecidedLogin => {
  const rules = { ...defaultPolicy, ...policy };
  const decision = decide(scored(facts, 'JP'), digested(rules), { subject: 'ann', travel: report });
  return { decision, policy: rules, route: 'Login.login' };
};

describe('the alerts of a finding', () => {
  it('say who came from where, how fast, and from which address', () => {
    const [trigger, ...others] = findingTriggers('ann', [finding], { at, settings, report });

    expect(others).toEqual([]);
    expect(trigger).toMatchObject({
      kind: 'impossible-travel',
      severity: 'high',
      audience: 'team',
      prefix: '203.0.113.0/24',
      count: 1,
      firstAt: to.ts,
      lastAt: to.ts,
      dedupeId: findingDedupeId('ann', finding),
      facts: {
        ip: '203.0.113.7',
        country: 'JP',
        city: 'Tokyo',
        asn: 2516,
        user: 'ann',
        score: undefined,
        trustNetwork: undefined,
        detail: 'At least 9,672 km from FR in 0.1 h, faster than anybody travels.',
      },
    });
  });

  it('hold the decision on that login, and are critical where its policy would block', () => {
    const event = decided({});
    const [high] = findingTriggers('ann', [finding], { at, settings, decided: event, decisionId: 'd1' });
    const [critical] = findingTriggers('ann', [finding], {
      at,
      settings,
      decided: decided({ isResidentialProxy: true }),
    });

    expect(high).toMatchObject({
      severity: 'high',
      facts: {
        ip: event.decision.assessment?.ip,
        score: 50,
        level: 'high',
        reasons: event.decision.reasons,
        route: 'Login.login',
        policy: defaultPolicy.name,
        mode: 'live',
        action: 'challenge',
        decisionId: 'd1',
      },
    });
    expect(critical).toMatchObject({ severity: 'critical', facts: { level: 'critical', score: 80 } });
  });

  it('say nothing of an address and a decision that belong to another login', () => {
    const late = { ...report, login: login(BERLIN, -1) };
    const context = { at, settings, report: late, decided: decided({}), decisionId: 'd1' };
    const [trigger] = findingTriggers('ann', [finding], context);

    expect(trigger).toMatchObject({ severity: 'high', prefix: undefined });
    expect(trigger?.facts).toMatchObject({ ip: undefined, score: undefined, decisionId: undefined, country: 'JP' });
  });

  it('ask the user too where users are asked, and tell them no score and no reason', () => {
    const event = decided({ isResidentialProxy: true });
    const context = { at, settings: { ...settings, asksUsers: true }, decided: event, decisionId: 'd1' };
    const [team, user] = findingTriggers('ann', [finding], context);

    expect(team).toMatchObject({
      audience: 'team',
      severity: 'critical',
      facts: { score: 80, trustNetwork: undefined },
    });
    expect(user).toMatchObject({ audience: 'user', severity: 'high', dedupeId: team?.dedupeId });
    // What is undefined is not looked at.
    expect(user?.facts).toEqual({
      ip: team?.facts.ip,
      reasons: [],
      country: 'JP',
      city: 'Tokyo',
      asn: 2516,
      user: 'ann',
      trustNetwork: 'lasting-name',
      eventId: to.eventId,
    });
  });

  it('do not ask a user again whose account is held', () => {
    const context = { at, settings: { ...settings, asksUsers: true }, report: { ...report, isHeld: true } };
    expect(findingTriggers('ann', [finding], context)).toMatchObject([{ audience: 'team' }]);
  });

  it('are none under a policy that alerts of nothing', () => {
    const event = decided({}, { alertFrom: 'never' });
    expect(findingTriggers('ann', [finding], { at, settings, decided: event })).toEqual([]);
  });

  it('hold no plain address where none is kept', () => {
    const context = { at, settings: { ...settings, addressDays: 0 }, report };
    const [trigger] = findingTriggers('ann', [finding], context);
    expect(trigger).toMatchObject({ prefix: '203.0.113.0/24', facts: { ip: undefined } });
  });

  it('are known again by the user and both logins, and dated no later than now', () => {
    const away = login(NEW_YORK, 0.1);
    const others = [findingDedupeId('bob', finding), findingDedupeId('ann', { ...finding, to: away })];
    const [ahead] = findingTriggers('ann', [finding], { at: to.ts - 1, settings, report });

    expect(new Set([findingDedupeId('ann', finding), ...others]).size).toBe(3);
    expect(findingDedupeId('ann', { ...finding, distanceKm: 1 })).toBe(findingDedupeId('ann', finding));
    expect(ahead?.lastAt).toBe(to.ts - 1);
  });

  it('call two places at one instant just that', () => {
    const atOnce = { ...finding, elapsedSeconds: 0, speedKmh: Infinity, from: { ...from, country: undefined } };
    const [trigger] = findingTriggers('ann', [atOnce], { at, settings, report });
    expect(trigger?.facts.detail).toBe('At least 9,672 km from the place of the login before at the same instant.');
  });
});

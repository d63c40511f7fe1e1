import fc from 'fast-check';
import { ALERT_SETTINGS } from '../../../../test/support/made-triggers.js';
import { ALERT_KINDS, ALERT_SEVERITIES, type AlertTrigger } from '../alert.js';
import { ALERT_GROUPINGS, type AlertSettings } from '../alert-settings.js';
import { groupKeyOf, recipientKeyOf } from './grouping.js';
import { OwedAlerts, type OwedAlert } from './owed-alerts.js';
import { NO_ALERT_FACTS } from '../alert.js';

const settings = ALERT_SETTINGS;

const one = (facts: Partial<AlertTrigger['facts']> = {}, rest: Partial<AlertTrigger> = {}): AlertTrigger => ({
  kind: 'risk',
  severity: 'medium',
  audience: 'team',
  facts: { ...NO_ALERT_FACTS, policy: 'default', ...facts },
  prefix: '203.0.113.0/24',
  count: 1,
  firstAt: 0,
  lastAt: 0,
  ...rest,
});
const keyOf = (trigger: AlertTrigger, groupBy = settings.groupBy): string => groupKeyOf(trigger, groupBy);

function owedAlerts(triggers: readonly AlertTrigger[], by: AlertSettings): OwedAlert[] {
  const owed = new OwedAlerts(by);
  for (const trigger of triggers) owed.add([trigger]);
  return JSON.parse(owed.toJson()) as OwedAlert[];
}

const triggers = fc.array(
  fc.record({
    kind: fc.constantFrom(...ALERT_KINDS),
    severity: fc.constantFrom(...ALERT_SEVERITIES),
    audience: fc.constantFrom('team' as const, 'user' as const),
    facts: fc.record({
      score: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
      user: fc.constantFrom('ann', 'ben', undefined),
    }),
    prefix: fc.constantFrom('203.0.113.0/24', undefined),
    count: fc.integer({ min: 1, max: 9 }),
    firstAt: fc.nat(),
    lastAt: fc.nat(),
    dedupeId: fc.constantFrom(undefined, undefined, 'x'),
  }),
);

describe('grouping', () => {
  it('goes by the first that is known, within one kind, audience and policy', () => {
    const ann = one({ user: 'ann', asn: 1 });
    expect(keyOf(one({ user: 'ann', asn: 2 }, { prefix: '198.51.100.0/24', severity: 'critical' }))).toBe(keyOf(ann));
    const others = [
      one({ user: 'ben' }),
      one({ user: 'ann', policy: 'login' }),
      one({ user: 'ann' }, { audience: 'user' }),
      one({ user: 'ann' }, { kind: 'new-country' }),
      one(),
      one({}, { prefix: '198.51.100.0/24' }),
      one({}, { prefix: undefined }),
      // A user may have any name.
      one({ user: '203.0.113.0/24' }),
    ];
    expect(new Set([ann, ...others].map((each) => keyOf(each))).size).toBe(others.length + 1);
    expect(keyOf(one({ user: 'ben', asn: 1 }), ['asn'])).toBe(keyOf(ann, ['asn']));
  });

  it('goes by the vendor where it is about one, and never joins what goes to two users', () => {
    const outage = (provider: string, user?: string) => keyOf(one({ provider, user }, { kind: 'provider-outage' }));
    expect(outage('a', 'ann')).toBe(outage('a'));
    expect(outage('a')).not.toBe(outage('b'));
    const asked = (user: string) => one({ user }, { audience: 'user' });
    expect(keyOf(asked('ann'), ['policy'])).not.toBe(keyOf(asked('ben'), ['policy']));
    expect(recipientKeyOf(asked('ann'))).not.toBe(recipientKeyOf(asked('ben')));
    for (const kind of ['impossible-travel', 'new-country'] as const) {
      expect(keyOf(one({ user: 'ann' }, { kind }), ['prefix'])).not.toBe(
        keyOf(one({ user: 'ben' }, { kind }), ['prefix']),
      );
    }
  });

  it('leaves the team room for every sort of alert, whatever one of them uses up', () => {
    expect(ALERT_KINDS.map((kind) => [kind, recipientKeyOf(one({ user: 'ann' }, { kind }))])).toEqual([
      ['risk', 'team'],
      ['impossible-travel', 'team:travel'],
      ['new-country', 'team:travel'],
      ['provider-outage', 'team:providers'],
      ['budget-spent', 'team:providers'],
      ['account-reported', 'team:account'],
      ['test', 'team'],
    ]);
  });

  it('writes nobody into a key', () => {
    const key = keyOf(one({ user: 'ann@example.com' })) + recipientKeyOf(one({ user: 'ann' }, { audience: 'user' }));
    expect(key).toMatch(/^[\w-]{22}user:[\w-]{22}$/);
  });
});

describe('what the database is told to raise', () => {
  it('has every event once, and the worst, the first and the last of each group', () => {
    fc.assert(
      fc.property(triggers, (made) => {
        const all = made.map(({ facts, ...rest }) => one(facts, rest));
        const owed = owedAlerts(all, settings);
        const keys = new Set(all.map((each) => keyOf(each)));
        expect(new Set(owed.map(({ group_key }) => group_key))).toEqual(keys);
        for (const key of keys) {
          const group = all.filter((each) => keyOf(each) === key);
          const told = owed.filter(({ group_key }) => group_key === key);
          const sum = (counts: readonly number[]) => counts.reduce((so, count) => so + count, 0);
          const ranks = group.map(({ severity }) => ALERT_SEVERITIES.indexOf(severity));
          expect(sum(told.map(({ count }) => count))).toBe(sum(group.map(({ count }) => count)));
          expect(Math.max(...told.map(({ severity }) => severity))).toBe(Math.max(...ranks));
          expect(Math.min(...told.map(({ first_at }) => first_at))).toBe(
            Math.min(...group.map(({ firstAt }) => firstAt)),
          );
          expect(Math.max(...told.map(({ last_at }) => last_at))).toBe(Math.max(...group.map(({ lastAt }) => lastAt)));
        }
      }),
    );
  });

  it('is one row for a storm of one group, with the facts of the worst', () => {
    const storm = Array.from({ length: 1000 }, (_, index) => one({ user: 'ann', score: index % 90 }));
    const worst = one({ user: 'ann', score: 20 }, { severity: 'critical' });
    expect(owedAlerts([...storm, worst, ...storm], settings)).toMatchObject([
      { count: 2001, severity: 3, score: 20, window_ms: 300_000, cap: 60 },
    ]);
  });

  it('is worked out as it comes, with twenty reasons at most', () => {
    let reads = 0;
    const reason = {
      code: 'X',
      points: 1,
      get detail() {
        reads += 1;
        return 'x';
      },
    };
    const owed = new OwedAlerts(settings);
    owed.add([one({ reasons: Array.from({ length: 1000 }, () => reason) as never })]);
    expect(reads).toBe(20);
    owed.toJson();
    expect(reads).toBe(20);
  });

  it('leaves to the database what may have been reported before, for each audience by itself', () => {
    const found = one({ user: 'ann' }, { dedupeId: 'finding' });
    const owed = owedAlerts([found, found, { ...found, audience: 'user' }], settings);
    expect(owed.map(({ dedupe_id }) => dedupe_id)).toEqual([owed[0]?.dedupe_id, owed[0]?.dedupe_id, expect.anything()]);
    expect(new Set(owed.map(({ dedupe_id }) => dedupe_id)).size).toBe(2);
    expect(JSON.stringify(owed)).not.toContain('finding');
  });

  it('holds no text that Postgres refuses, and none without end', () => {
    const odd = one({ user: `\0ann\ud800${'\u{1f600}'.repeat(400)}`, route: 'x'.repeat(5000) }, {});
    const facts = owedAlerts([odd], { ...settings, groupBy: ALERT_GROUPINGS })[0]?.facts ?? {};
    expect(String(facts['user'])).toMatch(/^ann(?:\u{1f600})+$/u);
    expect(String(facts['user']).length).toBeLessThanOrEqual(512);
    expect(facts['route']).toHaveLength(1000);
  });
});

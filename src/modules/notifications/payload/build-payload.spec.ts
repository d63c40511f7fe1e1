import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fullAlert } from '../../../../test/support/alerts.js';
import { PROJECT } from '../../../../test/support/node-process.js';
import { ALERT_KINDS, ALERT_SEVERITIES, NO_ALERT_FACTS } from '../../alerting/alert.js';
import { buildPayload, type PayloadContext } from './build-payload.js';
import { SECURITY_ALERT_SCHEMA, WAS_THIS_YOU_SCHEMA, type PayloadSchema } from './payload-schema.js';

const CONTEXT: PayloadContext = {
  publicUrl: 'https://risk.example.com/',
  links: { yesUrl: 'https://risk.example.com/yes', noUrl: 'https://risk.example.com/no' },
};
const NO_CONTEXT: PayloadContext = { publicUrl: undefined, links: undefined };
describe('buildPayload', () => {
  it('tells the team all there is, with the way to the decision and no links of the user', () => {
    expect(buildPayload(fullAlert(), CONTEXT)).toEqual({
      alert_id: 'a23456789012345678901234',
      kind: 'risk',
      severity: 'high',
      title: 'High risk: 12 requests, the worst of user user-42 from 185.220.101.7.',
      ip: '185.220.101.7',
      score: 85,
      level: 'critical',
      reasons: [{ code: 'TOR_EXIT', points: 85, detail: 'a Tor exit' }],
      country: 'DE',
      city: 'Berlin',
      asn: 60_729,
      user: 'user-42',
      route: 'LoginController.login',
      policy: 'login',
      mode: 'live',
      action: 'block',
      provider: null,
      detail: '185.220.101.7 is a Tor exit.',
      decision_url: 'https://risk.example.com/v1/decisions/d1',
      first_seen: '2025-12-31T23:59:00.000Z',
      last_seen: '2026-01-01T00:00:00.000Z',
      count: 12,
      suppressed: 3,
      yes_url: null,
      no_url: null,
    });
  });

  it('tells the user where it was and how to answer, and nothing of how it was judged', () => {
    const payload = buildPayload(fullAlert({ kind: 'impossible-travel', audience: 'user', count: 1 }), CONTEXT);
    expect(payload).toMatchObject({
      title: 'Was this you? There was a login to your account from Berlin, Germany.',
      score: null,
      level: null,
      reasons: [],
      route: null,
      policy: null,
      mode: null,
      action: null,
      provider: null,
      detail: null,
      decision_url: null,
      yes_url: 'https://risk.example.com/yes',
      no_url: 'https://risk.example.com/no',
    });
    expect(JSON.stringify(payload)).not.toMatch(/85,|TOR_EXIT|LoginController|d1/);
  });

  it('has no links without an address of the service, and none about no recorded login', () => {
    const forUser = fullAlert({ audience: 'user' });
    expect(buildPayload(forUser, NO_CONTEXT)).toMatchObject({ yes_url: null, no_url: null });
    const ofNoLogin = fullAlert({ audience: 'user' }, { eventId: undefined });
    expect(buildPayload(ofNoLogin, CONTEXT)).toMatchObject({ yes_url: null, no_url: null });
    expect(buildPayload(fullAlert(), NO_CONTEXT).decision_url).toBeNull();
  });

  it.each([
    ['risk', 1, {}, 'High risk: a request of user user-42 from 185.220.101.7.'],
    ['risk', 1, { user: undefined, ip: undefined }, 'High risk: a request.'],
    ['risk', 2, { user: undefined, ip: undefined }, 'High risk: 2 requests.'],
    ['impossible-travel', 1, {}, 'Impossible travel: user user-42 cannot have been in Berlin, Germany in time.'],
    ['new-country', 2, { city: undefined }, 'New country: user user-42 logged in from Germany, 2 times.'],
    ['provider-outage', 1, { provider: 'ipstack' }, 'Provider outage: ipstack gives no answers.'],
    ['budget-spent', 1, { provider: 'ipstack' }, 'Budget spent: ipstack has no credits left.'],
    ['account-reported', 1, {}, "Account reported: user user-42 says that a login was somebody else's."],
    ['test', 1, {}, 'Test: alerts reach you.'],
  ] as const)('says in one sentence what %s of %i is', (kind, count, facts, title) => {
    expect(buildPayload(fullAlert({ kind, count }, facts), CONTEXT).title).toBe(title);
  });

  it('says how many were kept back where it tells of no event', () => {
    const titleOf = (changed: Parameters<typeof fullAlert>[0]): string =>
      buildPayload(fullAlert({ count: 0, suppressed: 37, ...changed }), CONTEXT).title;
    expect(titleOf({})).toBe('High risk: 37 events were kept back by the cap.');
    expect(titleOf({ kind: 'new-country', suppressed: 1 })).toBe('New country: one event was kept back by the cap.');
    expect(titleOf({ audience: 'user' })).toBe(
      'Was this you? There were 37 logins to your account from Berlin, Germany.',
    );
  });

  it('makes one line without controls of every text, keeps it short, and no sentence or markup of an id', () => {
    const hostile = '<b>Call</b> 555\r\n\u0000\u202E\u2028\uD800 https://evil.example ';
    const facts = { user: hostile, city: hostile.repeat(99), detail: hostile.repeat(99), route: hostile, country: 'x' };
    const payload = buildPayload(fullAlert({}, facts), CONTEXT);
    expect(JSON.stringify(payload)).not.toMatch(/\\[rnu]|[\u0000-\u001f\u202e\u2028\ud800-\udfff]/);
    expect(payload.title).toBe('High risk: 12 requests, the worst of a user from 185.220.101.7.');
    expect(payload.user).toBe('<b>Call</b> 555  https://evil.example');
    expect([payload.city?.length, payload.detail?.length]).toEqual([128, 500]);
    expect(JSON.stringify(payload).length).toBeLessThan(3_000);
  });
});

/** What of the value is not as the schema says; only what our schemas use. */
function problemsOf(schema: PayloadSchema, value: unknown, at = '$'): string[] {
  const types = [schema.type].flat();
  const isNumber = types.includes('number') && typeof value === 'number';
  if (!isNumber && !types.includes(typeOf(value))) return [`${at} is ${typeOf(value)}`];
  const { properties = {}, required = [], items } = schema;
  const fields = (typeof value === 'object' ? (value ?? {}) : {}) as Readonly<Record<string, unknown>>;
  return [
    ...(schema.enum === undefined || schema.enum.includes(value as string) ? [] : [`${at} is ${String(value)}`]),
    ...required.filter((name) => !(name in fields)).map((name) => `${at}.${name} is missing`),
    ...Object.entries(properties).flatMap(([name, field]) => problemsOf(field, fields[name], `${at}.${name}`)),
    ...(items === undefined ? [] : (value as unknown[]).flatMap((item) => problemsOf(items, item, `${at}[]`))),
  ];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

describe('The schemas of payloads', () => {
  it('fit what is sent, for every kind, with all facts and with none', () => {
    const alerts = fc.record({ kind: fc.constantFrom(...ALERT_KINDS), severity: fc.constantFrom(...ALERT_SEVERITIES) });
    fc.assert(
      fc.property(
        alerts,
        fc.constantFrom({}, NO_ALERT_FACTS),
        fc.constantFrom(CONTEXT, NO_CONTEXT),
        (alert, facts, context) => {
          const team = buildPayload(fullAlert(alert, facts), context);
          const user = buildPayload(fullAlert({ ...alert, audience: 'user' }, facts), context);
          expect(problemsOf(SECURITY_ALERT_SCHEMA, team)).toEqual([]);
          expect(problemsOf(WAS_THIS_YOU_SCHEMA, user)).toEqual([]);
        },
      ),
    );
  });

  it('name every field of a payload that is ever filled for those it goes to', () => {
    const filled = (payload: object): string[] =>
      Object.entries(payload).flatMap(([name, value]) => (value === null ? [] : [name]));
    const team = buildPayload(fullAlert({}, { provider: 'ipstack' }), CONTEXT);
    const user = filled(buildPayload(fullAlert({ audience: 'user' }), CONTEXT)).filter((name) => name !== 'reasons');
    expect(Object.keys(SECURITY_ALERT_SCHEMA.properties ?? {}).sort()).toEqual(filled(team).sort());
    expect(Object.keys(WAS_THIS_YOU_SCHEMA.properties ?? {}).sort()).toEqual(user.sort());
  });

  it.each([
    ['security-alert', SECURITY_ALERT_SCHEMA],
    ['was-this-you', WAS_THIS_YOU_SCHEMA],
  ])('are the files of config/novu, with a sample of every field: %s', (name, schema) => {
    const read = (kind: string): unknown =>
      JSON.parse(readFileSync(join(PROJECT, 'config/novu', `${name}.${kind}.json`), 'utf8'));
    expect(read('schema')).toEqual(schema);
    const sample = read('sample') as Readonly<Record<string, unknown>>;
    expect(problemsOf(schema, sample)).toEqual([]);
    expect(Object.keys(sample).sort()).toEqual([...(schema.required ?? [])].sort());
    // Novu makes a schema of the sample: of null it would make a field that is never anything else.
    expect(Object.values(sample)).not.toContain(null);
  });
});

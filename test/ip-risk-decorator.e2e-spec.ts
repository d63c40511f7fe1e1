import { NEVER, parsePolicies, type GuardedRequest, type IpRiskRouteOptions } from 'nestjs-ip-risk';
import { ADAPTERS, controllerOf, GuardedApp, type Ran } from './support/guarded-app.js';
import type { Call } from './support/http-client.js';
import { CLIENTS } from './support/stub-provider.js';

const POLICIES = parsePolicies(
  `
default: login
policies:
  login: { thresholds: { monitor: 20, challenge: 45, block: 80 }, onUnavailable: allow }
  no-tor: { thresholds: { monitor: 20, challenge: 45, block: 80 }, onUnavailable: hold, blockOn: [tor] }
  no-korea: { thresholds: { monitor: 20, challenge: 45, block: 80 }, onUnavailable: allow, deniedCountries: [KP] }
`,
  'policies of the test',
);

const header = (name: string) => (request: GuardedRequest) => request.headers[name] as string | undefined;
const told: { decision: Ran['risk']; hasHeaders: boolean }[] = [];

const ROUTES = {
  plain: {},
  noTor: { policy: 'no-tor' },
  noKorea: { policy: 'no-korea' },
  strict: { thresholds: { monitor: 0, challenge: 10, block: 30 } },
  relaxed: { thresholds: { block: NEVER } },
  dryRun: { mode: 'dry-run', policy: 'no-tor' },
  rejecting: { onChallenge: 'reject' },
  subject: { subject: header('x-user') },
  claimed: { claimedCountry: header('x-country') },
  // What an untyped body hands over.
  claimedByBody: { claimedCountry: () => ['DE'] as unknown as string },
  skipping: { skipIf: (request: GuardedRequest) => request.headers['x-skip'] === 'yes', failClosed: true },
  telling: {
    onDecision: (decision, request: GuardedRequest) => {
      told.push({ decision, hasHeaders: request.headers.host !== undefined });
    },
  },
  tellingAndThrowing: {
    onDecision: () => {
      throw new Error('the listener fails');
    },
  },
  tellingAndRejecting: { onDecision: () => Promise.reject(new Error('the listener fails')) },
  tellingAndMeddling: { onDecision: (decision) => Object.assign(decision, { action: 'allow' }) },
  tellingForever: { onDecision: () => new Promise(() => undefined) },
} satisfies Record<string, IpRiskRouteOptions>;

describe.each(ADAPTERS)('@IpRisk() on %s', (_name, adapter) => {
  let guarded: GuardedApp;
  const call = (client: string, route: keyof typeof ROUTES, given?: Call) =>
    guarded.http.from(client, `/options/${route}`, given);

  beforeAll(async () => {
    const controllers = [controllerOf('options', ROUTES)];
    guarded = await GuardedApp.start({ adapter, controllers, options: { policies: POLICIES } });
  });

  afterAll(() => guarded.close());

  it('decides by the bands of the policy', async () => {
    const actions = [];
    for (const client of [CLIENTS.clean, CLIENTS.server, CLIENTS.tor]) {
      const { json } = await call(client, 'plain');
      actions.push([json.risk.score, json.risk.action, json.risk.policy.name]);
    }
    expect(actions).toEqual([
      [0, 'allow', 'login'],
      [30, 'monitor', 'login'],
      [50, 'challenge', 'login'],
    ]);
    expect((await call(CLIENTS.worst, 'plain')).status).toBe(403);
  });

  it('takes the policy that the route names', async () => {
    expect((await call(CLIENTS.tor, 'plain')).status).toBe(200);
    const answer = await call(CLIENTS.tor, 'noTor');
    expect(answer.status).toBe(403);
    expect(answer.json).toEqual({ error: 'IP_RISK_DENIED', message: 'The request was blocked.' });
    expect((await call(CLIENTS.clean, 'noTor')).json.risk.policy.name).toBe('no-tor');
  });

  it('tells a caller from a denied country that it is the region', async () => {
    const answer = await call(CLIENTS.korean, 'noKorea');
    expect(answer.status).toBe(403);
    expect(answer.json).toEqual({ error: 'GEOGRAPHIC_RESTRICTION', message: 'Not available in your region.' });
    expect((await call(CLIENTS.clean, 'noKorea')).status).toBe(200);
    expect((await call(CLIENTS.korean, 'plain')).status).toBe(200);
  });

  it('takes the thresholds of the route, and the policy for those it leaves out', async () => {
    expect((await call(CLIENTS.server, 'strict')).status).toBe(403);
    expect((await call(CLIENTS.clean, 'strict')).json.risk.action).toBe('monitor');
    const worst = await call(CLIENTS.worst, 'relaxed');
    expect([worst.status, worst.json.risk.action, worst.json.requireMfa]).toEqual([200, 'challenge', true]);
  });

  it.each([
    ['a score', CLIENTS.worst, 'block'],
    ['a blocked fact', CLIENTS.tor, 'block'],
    ['no verdict on a route that holds', CLIENTS.unanswered, 'review'],
  ])('lets %s through in a dry run and records what live mode would do', async (_case, client, intendedAction) => {
    const answer = await call(client, 'dryRun');
    expect(answer.status).toBe(200);
    expect(answer.json.risk).toMatchObject({ action: 'monitor', intendedAction, mode: 'dry-run' });
  });

  it('marks a challenged request for a second factor, and no other', async () => {
    const challenged = await call(CLIENTS.tor, 'plain');
    expect(challenged.json).toMatchObject({ ran: true, requireMfa: true, risk: { requireMfa: true } });
    const monitored = await call(CLIENTS.server, 'plain');
    expect(monitored.json).not.toHaveProperty('requireMfa');
    expect(monitored.json.risk.requireMfa).toBe(false);
  });

  it('answers a challenged request 401 where the route rejects', async () => {
    const answer = await call(CLIENTS.tor, 'rejecting');
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error: 'ADDITIONAL_VERIFICATION_REQUIRED',
      message: 'Verify your identity to go on.',
    });
    expect((await call(CLIENTS.server, 'rejecting')).status).toBe(200);
    expect((await call(CLIENTS.worst, 'rejecting')).status).toBe(403);
  });

  it('puts the subject that the route names into the decision', async () => {
    const named = await call(CLIENTS.clean, 'subject', { headers: [['x-user', 'user-42']] });
    expect(named.json.risk.subject).toBe('user-42');
    expect((await call(CLIENTS.clean, 'subject')).json.risk).not.toHaveProperty('subject');
  });

  it.each([
    ['another country', CLIENTS.server, 'FR', 60, ['HOSTING_PROVIDER', 'CLAIMED_COUNTRY_DIFFERS']],
    ['the same country', CLIENTS.server, 'de', 30, ['HOSTING_PROVIDER']],
    ['no country', CLIENTS.server, undefined, 30, ['HOSTING_PROVIDER']],
  ])('scores a caller who states %s', async (_case, client, country, score, codes) => {
    const headers = country === undefined ? [] : [['x-country', country] as const];
    const { json } = await call(client, 'claimed', { headers });
    const reasons = json.risk.reasons as { code: string }[];
    expect([json.risk.score, ...reasons.map(({ code }) => code)]).toEqual([score, ...codes]);
  });

  it('takes a stated country that is not even text for none', async () => {
    const { status, json } = await call(CLIENTS.server, 'claimedByBody');
    expect([status, json.risk?.score]).toEqual([200, 30]);
  });

  it('lets a request through unassessed where skipIf says so, and says so in the decision', async () => {
    const skipped = await call(CLIENTS.unanswered, 'skipping', { headers: [['x-skip', 'yes']] });
    expect(skipped.json.risk).toMatchObject({ action: 'allow', cause: 'skipped' });
    expect(skipped.json.risk).not.toHaveProperty('score');
    expect((await call(CLIENTS.worst, 'skipping')).status).toBe(403);
  });

  it('tells onDecision once, also when a request is blocked', async () => {
    told.length = 0;
    await call(CLIENTS.clean, 'telling');
    expect(told).toHaveLength(1);
    expect((await call(CLIENTS.worst, 'telling')).status).toBe(403);
    expect(told.map(({ decision, hasHeaders }) => [decision?.action, hasHeaders])).toEqual([
      ['allow', true],
      ['block', true],
    ]);
  });

  it.each(['tellingAndThrowing', 'tellingAndRejecting', 'tellingAndMeddling', 'tellingForever'] as const)(
    'decides the same whatever becomes of onDecision: %s',
    async (route) => {
      expect((await call(CLIENTS.clean, route)).json).toMatchObject({ ran: true, risk: { action: 'allow' } });
      expect((await call(CLIENTS.worst, route)).status).toBe(403);
    },
  );
});

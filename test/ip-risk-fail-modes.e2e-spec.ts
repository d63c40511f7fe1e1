import type { Type } from '@nestjs/common';
import { IpRisk, type GuardedRequest, type IpRiskRouteOptions } from 'nestjs-ip-risk';
import { ADAPTERS, connectFrom, controllerOf, GuardedApp } from './support/guarded-app.js';
import type { Answer } from './support/http-client.js';
import { CLIENTS } from './support/stub-provider.js';

const UNAVAILABLE = { error: 'IP_RISK_UNAVAILABLE', message: 'The request cannot be checked now. Try again.' };

function expectStopped(answer: Answer): void {
  expect(answer.status).toBe(503);
  expect(answer.json).toEqual(UNAVAILABLE);
}

function expectLetThrough({ status, json }: Answer): void {
  expect(status).toBe(200);
  expect(json).toMatchObject({ ran: true, risk: { failedOpen: true, failedClosed: false } });
  expect(json.risk).not.toHaveProperty('score');
}

const MODES = {
  open: {},
  failClosed: { failClosed: true },
  allow: { onUnavailable: 'allow' },
  challenge: { onUnavailable: 'challenge' },
  rejecting: { onUnavailable: 'challenge', onChallenge: 'reject' },
  hold: { onUnavailable: 'hold' },
  block: { onUnavailable: 'block' },
  payment: { policy: 'payment' },
} satisfies Record<string, IpRiskRouteOptions>;

/** What methods may say on a class that fails closed: none of it may open them. */
const OPENING = {
  plain: undefined,
  method: {},
  policy: { policy: 'login' },
  browse: { policy: 'browse' },
  thresholds: { thresholds: { block: 101 } },
  says: { failClosed: false },
  allow: { onUnavailable: 'allow' },
  challenge: { onUnavailable: 'challenge' },
  policyAndAllow: { policy: 'browse', onUnavailable: 'allow' },
} satisfies Record<string, IpRiskRouteOptions | undefined>;

const closedClass = controllerOf('closed-class', OPENING, [IpRisk({ failClosed: true })]);
const closedPolicy = controllerOf('closed-policy', OPENING, [IpRisk({ policy: 'payment' })]);
const child = (path: string, parent: Type, options: IpRiskRouteOptions): Type =>
  controllerOf(path, {}, [IpRisk(options)], parent);

const CLOSED_CLASSES: readonly (readonly [path: string, controller: Type])[] = [
  ['closed-class', closedClass],
  ['closed-policy', closedPolicy],
  ['closed-child', controllerOf('closed-child', {}, [], closedClass)],
  ['closed-child-that-says-no', child('closed-child-that-says-no', closedClass, { failClosed: false })],
  ['closed-child-that-allows', child('closed-child-that-allows', closedPolicy, { onUnavailable: 'allow' })],
  ['closed-child-of-another-policy', child('closed-child-of-another-policy', closedPolicy, { policy: 'browse' })],
  [
    'closed-grandchild',
    child('closed-grandchild', child('unused', closedClass, { policy: 'login' }), { failClosed: false }),
  ],
];

const IP_OPTIONS = {
  header: {
    ip: ({ headers }: GuardedRequest) => headers['x-tunnel'] as string | undefined,
    failClosed: true,
  },
  headerOpen: { ip: ({ headers }: GuardedRequest) => headers['x-tunnel'] as string | undefined },
  // What an untyped query or body hands over.
  list: { ip: () => ['9.9.9.1'] as unknown as string, failClosed: true },
  number: { ip: () => 151587081 as unknown as string, failClosed: true },
  nothing: { ip: () => null as unknown as string, failClosed: true },
} satisfies Record<string, IpRiskRouteOptions>;

describe.each(ADAPTERS)('a route without a verdict on %s', (_name, adapter) => {
  let guarded: GuardedApp;
  const without = (path: string): Promise<Answer> => guarded.http.from(CLIENTS.unanswered, path);

  beforeAll(async () => {
    const controllers = [controllerOf('modes', MODES), controllerOf('ip', IP_OPTIONS)];
    controllers.push(...CLOSED_CLASSES.map(([, controller]) => controller));
    guarded = await GuardedApp.start({ adapter, controllers });
  });

  afterAll(() => guarded.close());

  it.each(['open', 'allow'])('runs the handler and says that it failed open: %s', async (mode) => {
    const answer = await without(`/modes/${mode}`);
    expectLetThrough(answer);
    expect(answer.json.risk).toMatchObject({ cause: 'unavailable', degraded: ['stub-intelligence'] });
  });

  it.each(['failClosed', 'hold', 'block', 'payment'])('answers 503 and runs no handler: %s', async (mode) => {
    expectStopped(await without(`/modes/${mode}`));
  });

  it('asks for a second factor where it is to challenge', async () => {
    const annotated = await without('/modes/challenge');
    expect(annotated.json).toMatchObject({ ran: true, requireMfa: true, risk: { failedOpen: false } });
    const rejected = await without('/modes/rejecting');
    expect([rejected.status, rejected.json.error]).toEqual([401, 'ADDITIONAL_VERIFICATION_REQUIRED']);
  });

  it.each(CLOSED_CLASSES)(
    'stays closed below a class that fails closed, whatever its methods say: /%s',
    async (path) => {
      for (const route of Object.keys(OPENING)) expectStopped(await without(`/${path}/${route}`));
      expect((await guarded.http.from(CLIENTS.clean, `/${path}/plain`)).json.ran).toBe(true);
    },
  );

  it.each(['not an address', 'unknown', '8.8.8.8.8', '9.9.9.1, ', '9.9.9.1, 010.0.0.1', '', '255.255.255.255'])(
    'treats the hop "%s" of the trusted proxy as an unknown client',
    async (hop) => {
      expectStopped(await guarded.http.from(hop, '/modes/failClosed'));
      const open = await guarded.http.from(hop, '/modes/open');
      expectLetThrough(open);
      expect(open.json.risk.cause).toBe('client-ip-unknown');
    },
  );

  it('treats a trusted proxy that names no client as an unknown client', async () => {
    expectStopped(await guarded.http.call('/modes/failClosed'));
    expectLetThrough(await guarded.http.call('/modes/open'));
  });

  it('treats a trusted proxy with a public address the same, and never judges the proxy itself', async () => {
    const proxied = await GuardedApp.start({
      adapter,
      controllers: [controllerOf('modes', MODES)],
      options: { trustedProxies: ['9.9.7.0/24'] },
      configure: (app) => {
        connectFrom('9.9.7.7', app);
      },
    });
    const [unnamed, named] = [
      await proxied.http.call('/modes/failClosed'),
      await proxied.http.from(CLIENTS.clean, '/modes/failClosed'),
    ];
    await proxied.close();
    expectStopped(unnamed);
    expect(named.json.risk.assessment.ip).toBe(CLIENTS.clean);
    expect(proxied.stub.asked).toEqual([CLIENTS.clean]);
  });

  it('takes the address that the application knows better', async () => {
    const tunnelled = (address: string) =>
      guarded.http.from(CLIENTS.worst, '/ip/header', { headers: [['x-tunnel', address]] });
    expect((await tunnelled(CLIENTS.clean)).json.risk.assessment.ip).toBe(CLIENTS.clean);
    expect((await tunnelled(CLIENTS.worst)).status).toBe(403);
  });

  it('treats text of the application that is no address as an unknown client', async () => {
    expectStopped(await guarded.http.from(CLIENTS.clean, '/ip/header'));
    const open = await guarded.http.from(CLIENTS.clean, '/ip/headerOpen', { headers: [['x-tunnel', '9.9.9.1:80']] });
    expectLetThrough(open);
    expect(open.json.risk).toMatchObject({ cause: 'client-ip-unknown', degraded: ['client-ip'] });
  });

  it.each(['list', 'number', 'nothing'])('treats what is not even text as an unknown client: %s', async (route) => {
    expectStopped(await guarded.http.from(CLIENTS.clean, `/ip/${route}`));
  });
});

describe.each(ADAPTERS)('a route of an app that trusts no proxy on %s', (_name, adapter) => {
  let guarded: GuardedApp;

  beforeAll(async () => {
    const controllers = [controllerOf('modes', MODES)];
    guarded = await GuardedApp.start({ adapter, controllers, options: { trustedProxies: [] } });
  });

  afterAll(() => guarded.close());

  it('runs the handler for an internal peer that forwards for nobody', async () => {
    const { status, json } = await guarded.http.call('/modes/failClosed');
    expect(status).toBe(200);
    expect(json.risk).toMatchObject({ action: 'allow', cause: 'not-applicable', failedOpen: false });
  });

  it('takes an internal peer that sends X-Forwarded-For for a proxy that nobody trusts, and its client for unknown', async () => {
    expectStopped(await guarded.http.from(CLIENTS.clean, '/modes/failClosed'));
    const open = await guarded.http.from(CLIENTS.clean, '/modes/open');
    expectLetThrough(open);
    expect(open.json.risk.cause).toBe('client-ip-unknown');
    expect(guarded.stub.asked).toEqual([]);
  });
});

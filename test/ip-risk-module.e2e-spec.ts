import { Module, type Type } from '@nestjs/common';
import type { TestingModuleBuilder } from '@nestjs/testing';
import {
  IpRisk,
  IpRiskGuard,
  IpRiskModule,
  RiskEvents,
  ScreeningService,
  type IpRiskRouteOptions,
} from 'nestjs-ip-risk';
import { ADAPTERS, controllerOf, GuardedApp } from './support/guarded-app.js';
import { CLIENTS, StubProvider } from './support/stub-provider.js';

const decorated = (options: IpRiskRouteOptions): Type => controllerOf('shop', { pay: options });

describe('the start of an app with @IpRisk()', () => {
  it.each([
    [
      'an unknown policy',
      { policy: 'paymnet' },
      /@IpRisk on \w+\.pay: there is no policy "paymnet"; use one of: login, /,
    ],
    [
      'two options that contradict each other',
      { failClosed: true, onUnavailable: 'allow' as const },
      /@IpRisk on \w+\.pay: failClosed: true and onUnavailable: 'allow' contradict each other; keep one\./,
    ],
    [
      'a threshold that is no number',
      { thresholds: { block: Number.NaN } },
      /@IpRisk on \w+\.pay: threshold "block" is NaN; it must be a whole number/,
    ],
    [
      'thresholds that do not ascend',
      { thresholds: { block: 10 } },
      /@IpRisk on \w+\.pay: thresholds must ascend: monitor <= challenge <= block\./,
    ],
  ])('stops at %s with a sentence that names the route', async (_case, options, sentence) => {
    await expect(GuardedApp.start({ controllers: [decorated(options)] })).rejects.toThrow(sentence);
  });

  it('stops at a bad option of a class, a base class, and a method beside a good one', async () => {
    const base = controllerOf('base', { fine: {} }, [IpRisk({ policy: 'nothing' })]);
    const heir = controllerOf('heir', { good: {} }, [], base);
    await expect(GuardedApp.start({ controllers: [base] })).rejects.toThrow('no policy "nothing"');
    await expect(GuardedApp.start({ controllers: [heir] })).rejects.toThrow('no policy "nothing"');
    const mixed = controllerOf('mixed', { good: {}, bad: { policy: 'nothing' } });
    await expect(GuardedApp.start({ controllers: [mixed] })).rejects.toThrow('.bad: there is no policy');
  });

  it('stops at proxies that would trust strangers and at a list without providers', async () => {
    const controllers = [decorated({})];
    const trusting = GuardedApp.start({ controllers, options: { trustedProxies: ['0.0.0.0/0'] } });
    await expect(trusting).rejects.toThrow('trusts strangers');
    await expect(GuardedApp.start({ controllers, options: { providers: [] } })).rejects.toThrow('add offline()');
  });

  it('stops when a guarded controller is in a module without IpRiskModule', async () => {
    const feature = moduleOf(decorated({}));
    await expect(GuardedApp.start({ controllers: [], imports: [feature] })).rejects.toThrow('IpRiskGuard');
  });
});

describe.each(ADAPTERS)('IpRiskModule on %s', (_name, adapter) => {
  it('logs the name of what a listener to decisions failed with, and nothing else of it', async () => {
    const lines: unknown[] = [];
    const guarded = await GuardedApp.start({ adapter, controllers: [decorated({})] });
    guarded.app.useLogger({ log: () => undefined, warn: () => undefined, error: (line: unknown) => lines.push(line) });
    const events = guarded.app.get(RiskEvents);
    events.subscribe(() => {
      throw new RangeError(`about ${CLIENTS.clean}`);
    });
    events.subscribe(() => Promise.reject(new TypeError(`about ${CLIENTS.clean}`)));
    const { status } = await guarded.http.from(CLIENTS.clean, '/shop/pay');
    guarded.app.useLogger(false);
    await guarded.close();
    expect(status).toBe(200);
    expect(lines).toEqual([
      'A listener to decisions failed: RangeError.',
      'A listener to decisions failed: TypeError.',
    ]);
  });

  it('guards controllers of every module when it is global', async () => {
    const stub = new StubProvider();
    const library = IpRiskModule.forRoot({ isGlobal: true, providers: [stub], trustedProxies: ['loopback'] });
    const imports = [library, moduleOf(decorated({}))];
    await using(GuardedApp.of(stub, { adapter, controllers: [], imports }), expectGuarded);
  });

  it('takes its options from a factory with injected values', async () => {
    const stub = new StubProvider();
    const SETTINGS = Symbol('SETTINGS');
    const settings = { provide: SETTINGS, useValue: { proxies: ['loopback'] } };
    const library = IpRiskModule.forRootAsync({
      isGlobal: true,
      provideInjectionTokensFrom: [settings],
      inject: [SETTINGS],
      useFactory: async ({ proxies }: { proxies: string[] }) => {
        await Promise.resolve();
        return { providers: [stub], trustedProxies: proxies };
      },
    });
    const imports = [library, moduleOf(decorated({}))];
    await using(GuardedApp.of(stub, { adapter, controllers: [], imports }), expectGuarded);
  });

  it('starts and stops its providers with the app', async () => {
    const calls: string[] = [];
    const stub = Object.assign(new StubProvider(), {
      start: () => Promise.resolve(void calls.push('start')),
      stop: () => Promise.resolve(void calls.push('stop')),
    });
    const guarded = await GuardedApp.start({ adapter, controllers: [], options: { providers: [stub] } });
    expect(calls).toEqual(['start']);
    await guarded.close();
    expect(calls).toEqual(['start', 'stop']);
  });

  it('lets a test replace the guard', async () => {
    const override = (builder: TestingModuleBuilder) =>
      builder.overrideProvider(IpRiskGuard).useValue({ canActivate: () => true });
    await using(GuardedApp.start({ adapter, controllers: [decorated({})], override }), async ({ http }) => {
      expect((await http.from(CLIENTS.worst, '/shop/pay')).json).toEqual({ ran: true });
    });
  });

  it('lets a test replace the screening', async () => {
    const screenClient = () => ({ action: 'block', failedClosed: false, cause: 'score' });
    const override = (builder: TestingModuleBuilder) =>
      builder.overrideProvider(ScreeningService).useValue({ screenClient });
    await using(GuardedApp.start({ adapter, controllers: [decorated({})], override }), async ({ http }) => {
      expect((await http.from(CLIENTS.clean, '/shop/pay')).status).toBe(403);
    });
  });

  it('guards every route where its guard is bound globally', async () => {
    const controllers = [controllerOf('shop', { open: undefined, pay: { failClosed: true } })];
    const configure: Parameters<typeof GuardedApp.start>[0]['configure'] = (app) =>
      app.useGlobalGuards(app.get(IpRiskGuard));
    await using(GuardedApp.start({ adapter, controllers, configure }), async ({ http }) => {
      expect((await http.from(CLIENTS.worst, '/shop/open')).status).toBe(403);
      expect((await http.from(CLIENTS.unanswered, '/shop/open')).status).toBe(200);
      expect((await http.from(CLIENTS.unanswered, '/shop/pay')).status).toBe(503);
    });
  });
});

function moduleOf(controller: Type): Type {
  @Module({ controllers: [controller] })
  class FeatureModule {}
  return FeatureModule;
}

async function using(starting: Promise<GuardedApp>, run: (guarded: GuardedApp) => Promise<void>): Promise<void> {
  const guarded = await starting;
  try {
    await run(guarded);
  } finally {
    await guarded.close();
  }
}

async function expectGuarded({ http }: GuardedApp): Promise<void> {
  expect((await http.from(CLIENTS.worst, '/shop/pay')).status).toBe(403);
  expect((await http.from(CLIENTS.clean, '/shop/pay')).json.ran).toBe(true);
}

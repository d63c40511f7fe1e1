import { Test } from '@nestjs/testing';
import { AlertOutbox } from '../src/modules/alerting/outbox/alert-outbox.js';
import { AlertDeliveries } from '../src/modules/alerting/outbox/alert-deliveries.js';
import { DATABASE } from '../src/modules/storage/database.js';
import { IpRiskModule } from '../src/modules/ip-risk/ip-risk.module.js';
import { AlertsModule } from '../src/modules/notifications/alerts.module.js';
import { StubProvider } from './support/stub-provider.js';
import { DATABASES, dispose } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { RedisProcess } from './support/redis-process.js';
const trigger = (n: number): any => ({
  kind: 'test',
  severity: 'high',
  audience: 'team',
  facts: { reasons: [], user: `u${n}` },
  prefix: undefined,
  count: 1,
  firstAt: Date.now(),
  lastAt: Date.now(),
  dedupeId: undefined,
});
describe.each([
  ['embedded', false],
  ['postgres', false],
  ['postgres', true],
] as const)('%s redis %s', (name, withRedis) => {
  it('delivers', async () => {
    const kind = DATABASES.find((k) => k.name === name)!;
    const options = await kind.options();
    const redis = withRedis ? await RedisProcess.start() : undefined;
    const delivered: [string, number][] = [];
    let t0 = 0;
    let hang = false;
    const channel = {
      name: 'mine',
      deliver: async (a: any) => {
        if (hang) await new Promise(() => undefined);
        delivered.push([a.idempotencyKey, performance.now() - t0]);
        return { status: 'delivered' as const };
      },
    };
    const module = await Test.createTestingModule({
      imports: [
        IpRiskModule.forRoot({
          isGlobal: true,
          providers: [new StubProvider()] as any,
          database: options as any,
          alerts: { capPerHour: 1000 },
        }),
        AlertsModule.forRoot({ channel, redisUrl: redis?.url }),
      ],
    }).compile();
    const app = module.createNestApplication();
    await app.init();
    const outbox = app.get(AlertOutbox);
    await new Promise((r) => setTimeout(r, 2500));
    t0 = performance.now();
    console.log(await outbox.raise([trigger(1)]));
    await eventually(() => expect(delivered.length).toBe(1));
    t0 = performance.now();
    console.log(await outbox.raise(Array.from({ length: 100 }, (_, i) => trigger(i + 10))), performance.now() - t0);
    await eventually(() => expect(delivered.length).toBe(101));
    console.log(name, delivered[0], delivered[1], delivered[100], await app.get(AlertDeliveries).tally());
    hang = true;
    await outbox.raise([trigger(5000)]);
    await new Promise((r) => setTimeout(r, 300));
    const c = performance.now();
    await app.close();
    console.log('closed', performance.now() - c, app.get(DATABASE).report().status);
    await redis?.close();
    await dispose(options);
  });
});

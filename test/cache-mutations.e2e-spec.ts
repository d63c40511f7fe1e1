import { systemClock } from '../src/common/clock/clock.js';
import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import { prefixKey } from '../src/common/ip/ip-prefix.js';
import { AssessmentService } from '../src/modules/assessment/assessment.service.js';
import { sharedOutcome } from '../src/modules/assessment/shared-outcome.js';
import { EntrySeal } from '../src/common/redis/entry-seal.js';
import { RedisTier } from '../src/modules/caching/redis/redis-tier.js';
import { ProviderLookup } from '../src/modules/providers/lookup/provider-lookup.js';
import { eventually } from './support/eventually.js';
import { intelligence } from './support/intelligence.js';
import { mutate } from './support/mutations.mjs';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';
import { RedisStoreBench } from './support/redis-store-bench.js';
import { ScriptedProvider } from './support/scripted-provider.js';

/** Only a failure takes as long. */
jest.setTimeout(300_000);

const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const describeWithRedis = isInstalled ? describe : describe.skip;

/** `MUTATIONS=10000` runs all of them. */
const ROUNDS = Number(process.env['MUTATIONS'] ?? 500);
const TOGETHER = 20;
const VERSION = 'v1';

/** The vendor knows everybody for a clean line; what lies in Redis says Tor exit, so that a verdict out of it shows. */
const answer = (isTorExitNode: boolean) => intelligence({ isTorExitNode }, { providerId: 'vendor' });
const planted = sharedOutcome({ answers: [answer(true)], failures: [], hasQuorum: true, askedVendors: true }, [
  new ScriptedProvider('vendor'),
]);

describeWithRedis('A cache whose values others damage', () => {
  let redis: RedisProcess;
  let bench: RedisStoreBench;
  const seal = new EntrySeal('secret');

  beforeAll(async () => {
    redis = await RedisProcess.start();
    bench = new RedisStoreBench();
  });
  afterAll(async () => {
    expect(await bench.close()).toEqual([]);
    await redis.close();
  });

  const nameOf = (key: string): string => `ip-risk:${VERSION}:{${seal.nameOf(key)}}:entry`;
  const textOf = (key: string, by = seal): string => by.close(nameOf(key), { at: Date.now(), data: planted });

  it(`gives no verdict out of them in ${ROUNDS} rounds, never throws, and is healed by the next write`, async () => {
    const store = await bench.open(redis.url, { deadlineMs: 5000 });
    const vendor = new ScriptedProvider('vendor', () => Promise.resolve(answer(false)), {
      limits: { maxConcurrent: 1000 },
    });
    const clock = systemClock;
    const lookup = new ProviderLookup({ providers: [vendor], clock, deadlineMs: 10_000 });
    const shared = new RedisTier({ store, seal, version: VERSION, clock });
    const service = new AssessmentService({ lookup, clock, shared, cache: { entries: 100 } });

    const sound = ip(0);
    const soundKey = prefixKey(sound);
    await redis.look('SET', nameOf(soundKey), textOf(soundKey), 'PX', '60000');
    expect(await service.assess(sound)).toMatchObject({
      status: 'complete',
      facts: { isTorExitNode: { value: true } },
    });
    expect(vendor.asked).toEqual([]);

    const call = (command: string, ...args: (string | number | Buffer)[]): Promise<unknown> =>
      redis.look(command, ...(args as string[]));
    const round = async (seed: number): Promise<string> => {
      const address = ip(seed);
      const key = prefixKey(address);
      const name = nameOf(key);
      const others = [textOf(soundKey), textOf(key, new EntrySeal('old')), textOf(key, new EntrySeal())];
      const close = (data: unknown): string => seal.close(name, { at: Date.now(), data });
      const { kind, apply } = mutate(seed, textOf(key), others, close);
      await apply(call, name);
      const { status, facts } = await service.assess(address);
      expect([kind, status, facts.isTorExitNode?.value]).toEqual([kind, 'complete', false]);
      await eventually(async () => {
        expect(await redis.look('TYPE', name)).toBe('string');
        expect(await shared.read(key)).toMatchObject({ data: { answers: [{ providerId: 'vendor' }] } });
        expect(Number(await redis.look('PTTL', name))).toBeGreaterThan(0);
      });
      return kind;
    };

    const kinds = new Map<string, number>();
    for (let from = 1; from <= ROUNDS; from += TOGETHER) {
      const seeds = Array.from({ length: Math.min(TOGETHER, ROUNDS - from + 1) }, (_, index) => from + index);
      for (const kind of await Promise.all(seeds.map(round))) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(vendor.asked).toHaveLength(ROUNDS);
    expect(kinds.size).toBe(21);
    expect(store.isUp).toBe(true);
  });
});

/** 11.0.0.0 and upwards: global unicast. */
function ip(number: number): IpAddress {
  return parseIpAddress(`11.${number >> 16}.${(number >> 8) & 255}.${number & 255}`) as IpAddress;
}

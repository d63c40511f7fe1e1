import { setMaxListeners } from 'node:events';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { later, settled, timed } from '../../../../test/support/fake-time.js';
import { intelligence } from '../../../../test/support/intelligence.js';
import { failWith, hang, harmless, ScriptedProvider, type Script } from '../../../../test/support/scripted-provider.js';
import type { ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { NO_FACTS } from '../ip-intelligence.js';
import type { ProviderLimits } from '../ip-intelligence-provider.js';
import { VendorLane } from './vendor-lane.js';

const address = parseIpAddress('8.8.8.8') as IpAddress;
const HOUR_MS = 3_600_000;

function setUp(script?: Script, limits: ProviderLimits = {}) {
  const clock = new FakeClock();
  const vendor = new ScriptedProvider('v', script, { limits, bulkSize: 50 });
  const lane = new VendorLane({ provider: vendor, clock });
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  const context = { signal: abort.signal, deadlineAt: Infinity };
  const ask = (isBulk = false) => lane.ask(address, context, isBulk);
  /** One after the other, as many as make the breaker look. */
  const askTen = async () => {
    for (let call = 0; call < 10; call += 1) await timed(clock, ask(), 1);
  };
  return { clock, vendor, lane, abort, context, ask, askTen };
}

const rejecting =
  (reason: unknown): Script =>
  () =>
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    Promise.reject(reason);

describe('VendorLane', () => {
  describe('as a bulkhead', () => {
    it('refuses who would be one too many to wait, without asking, and without counting bulk calls', async () => {
      const { vendor, ask } = setUp(hang, { maxConcurrent: 3 });
      for (let call = 0; call < 10; call += 1) void ask(true);
      for (let call = 0; call < 3 + 12; call += 1) void ask();
      expect(await ask()).toEqual({ providerId: 'v', code: 'PROVIDER_RATE_LIMITED', refused: true });
      expect(vendor.asked).toHaveLength(13);
    });

    it.each<[string, Script]>([
      ['answers', () => harmless('v')],
      ['fails', failWith('PROVIDER_BAD_INPUT')],
      [
        'throws',
        () => {
          throw new TypeError('boom');
        },
      ],
      ['rejects with nothing', rejecting(undefined)],
      ['rejects with null', rejecting(null)],
      ['rejects with text', rejecting('no')],
      ['rejects with an object without a prototype', rejecting(Object.create(null))],
      ['answers nonsense', () => 7 as never],
      ['answers with what is no promise though it seems one', () => ({ then: 'soon' }) as never],
      [
        'answers with a promise whose `then` throws',
        () =>
          ({
            then: () => {
              throw new Error('boom');
            },
          }) as never,
      ],
    ])('has its place back when the provider %s', async (_, script) => {
      // A single failure never opens the breaker here, so that every call reaches the provider.
      const { vendor, clock, ask } = setUp(script, { maxConcurrent: 1 });
      for (let call = 0; call < 9; call += 1) {
        expect(await ask()).not.toHaveProperty('refused');
        clock.advance(1);
      }
      expect(vendor.asked).toHaveLength(9);
    });

    it('has its place back when nobody waits any more, though the provider goes on', async () => {
      const { vendor, lane, clock } = setUp(hang, { maxConcurrent: 1 });
      for (let call = 0; call < 5; call += 1) {
        const abort = new AbortController();
        const pending = lane.ask(address, { signal: abort.signal, deadlineAt: clock.now() + 300 });
        abort.abort();
        expect(await pending).toEqual({ providerId: 'v', code: 'PROVIDER_TIMEOUT' });
      }
      expect(vendor.asked).toHaveLength(5);
    });
  });

  it('asks nobody and spends nothing once nobody waits', async () => {
    const { vendor, lane, abort, context, ask } = setUp(undefined, { dailyBudget: 10 });
    abort.abort();
    const timedOut = { providerId: 'v', code: 'PROVIDER_TIMEOUT' };
    expect(await ask()).toEqual(timedOut);
    expect(await lane.askInBulk([address, address], context)).toEqual([timedOut, timedOut]);
    expect([vendor.asked.length, vendor.bulkCalls.length, lane.report().budgetLeft]).toEqual([0, 0, 10]);
  });

  describe('as a breaker', () => {
    it.each<[string, Script, string]>([
      ['errors', failWith('PROVIDER_BAD_RESPONSE'), 'PROVIDER_BAD_RESPONSE'],
      ['timeouts of its own', failWith('PROVIDER_TIMEOUT'), 'PROVIDER_TIMEOUT'],
      ['a refused key', failWith('PROVIDER_UNAUTHORIZED'), 'PROVIDER_UNAUTHORIZED'],
      ['exceptions', rejecting(new Error('boom')), 'PROVIDER_BAD_RESPONSE'],
    ])('opens on %s, and refuses with the reason', async (_, script, code) => {
      const { vendor, lane, ask, askTen } = setUp(script);
      await askTen();
      expect(lane.report()).toMatchObject({ breaker: 'open', health: { status: 'down' } });
      expect(await ask()).toEqual({ providerId: 'v', code, refused: true });
      expect(vendor.asked).toHaveLength(10);
      expect(lane.report()).toMatchObject({ calls: { [code]: 10 }, refused: { [code]: 1 } });
    });

    it('opens on answers that nobody waited for', async () => {
      const { lane } = setUp(hang);
      for (let call = 0; call < 10; call += 1) {
        const abort = new AbortController();
        const pending = lane.ask(address, { signal: abort.signal, deadlineAt: 0 });
        abort.abort();
        await pending;
      }
      expect(lane.report()).toMatchObject({ breaker: 'open', calls: { PROVIDER_TIMEOUT: 10 } });
    });

    it('opens when all of the latest twenty answers are slow, which are answers all the same', async () => {
      const { clock, vendor, lane, ask, askTen } = setUp(undefined, { slowCallMs: 200 });
      vendor.script = () => later(clock, 200, () => harmless('v'));
      expect((await timed(clock, ask(), 1)).value).toMatchObject({ facts: {} });
      await askTen();
      expect(lane.report()).toMatchObject({ breaker: 'closed', health: { status: 'degraded' } });
      await askTen();
      expect(lane.report()).toMatchObject({ breaker: 'open', calls: { ok: 20 } });
      expect(await ask()).toMatchObject({ code: 'PROVIDER_TIMEOUT', refused: true });
    });

    it('stays closed on answers that are nearly slow', async () => {
      const { clock, vendor, lane, askTen } = setUp(undefined, { slowCallMs: 200 });
      vendor.script = () => later(clock, 199, () => harmless('v'));
      await askTen();
      expect(lane.report()).toMatchObject({ breaker: 'closed', health: { status: 'up' } });
    });

    it.each<[string, Script]>([
      ['an address that the vendor does not take', failWith('PROVIDER_BAD_INPUT')],
      [
        'an address that it knows nothing of',
        () => ({ providerId: 'v', facts: NO_FACTS, location: undefined, network: undefined }),
      ],
      ['an address of which it knows the place only', () => intelligence({}, { providerId: 'v' })],
    ])('stays closed on %s, and is not well while there is nothing else', async (_, script) => {
      const { vendor, lane, ask, askTen } = setUp(script);
      for (let round = 0; round < 3; round += 1) await askTen();
      expect(lane.report()).toMatchObject({ breaker: 'closed', health: { status: 'degraded' } });
      expect(lane.report().calls).not.toHaveProperty('ok');
      vendor.script = () => harmless('v');
      await ask();
      vendor.script = script;
      for (let call = 0; call < 9; call += 1) await ask();
      expect(lane.report().health.status).toBe('up');
    });

    it('takes a refused address neither for a trial that failed nor for one that went well', async () => {
      const { clock, vendor, lane, ask } = setUp(failWith('PROVIDER_UNREACHABLE', 5000));
      await ask();
      clock.advance(5000);
      vendor.script = failWith('PROVIDER_BAD_INPUT');
      await ask();
      expect(lane.report().breaker).toBe('half-open');
      vendor.script = () => harmless('v');
      expect(await ask()).toMatchObject({ facts: {} });
      expect(lane.report().breaker).toBe('closed');
    });

    it('blames nobody for a timeout in a turn that is cut short', async () => {
      const { lane, context } = setUp(failWith('PROVIDER_TIMEOUT'));
      for (let call = 0; call < 30; call += 1) await lane.ask(address, { ...context, isCutShort: true });
      expect(lane.report()).toMatchObject({ breaker: 'closed', calls: { PROVIDER_TIMEOUT: 30 } });
    });

    it.each<[string, ProviderErrorCode, number | undefined, number]>([
      ['a quota for a quarter of an hour', 'PROVIDER_QUOTA', undefined, HOUR_MS / 4],
      ['a quota for as long as the vendor says', 'PROVIDER_QUOTA', 90_000, 90_000],
      ['a quota for a quarter of an hour at most', 'PROVIDER_QUOTA', 1e15, HOUR_MS / 4],
      ['a burst for two minutes at most', 'PROVIDER_RATE_LIMITED', 1e15, 120_000],
      ['an outage for two minutes at most', 'PROVIDER_UNREACHABLE', 86_400_000, 120_000],
      ['a burst for ten seconds', 'PROVIDER_RATE_LIMITED', undefined, 10_000],
      ['a burst for as long as the vendor says', 'PROVIDER_RATE_LIMITED', 2000, 2000],
      ['an outage for as long as the vendor says', 'PROVIDER_UNREACHABLE', 30_000, 30_000],
      ['a burst for a second at least', 'PROVIDER_RATE_LIMITED', 0, 1000],
      ['an outage for a second at least', 'PROVIDER_UNREACHABLE', 0, 1000],
      ['a quota for a second at least', 'PROVIDER_QUOTA', NaN, 1000],
    ])('pauses after the first word of %s', async (_, code, retryAfterMs, pauseMs) => {
      const { clock, vendor, ask } = setUp(failWith(code, retryAfterMs));
      expect(await ask()).toMatchObject({ code });
      clock.advance(pauseMs - 1);
      expect(await ask()).toMatchObject({ code, refused: true });
      expect(vendor.asked).toHaveLength(1);
      clock.advance(1);
      expect(await ask()).not.toHaveProperty('refused');
    });

    it('goes on saying why it is open when an earlier call ends in another way', async () => {
      const { clock, vendor, ask } = setUp();
      vendor.script = () => later(clock, 500, failWith('PROVIDER_BAD_RESPONSE') as never);
      const early = ask();
      vendor.script = failWith('PROVIDER_QUOTA');
      await ask();
      await timed(clock, early);
      expect(await ask()).toMatchObject({ code: 'PROVIDER_QUOTA', refused: true });
    });

    it('is half-open and degraded, not down, when it may try again: else nobody would be sent here to try', async () => {
      const { clock, vendor, lane, ask } = setUp(failWith('PROVIDER_QUOTA', 60_000));
      await ask();
      expect(lane.report().health.status).toBe('down');
      clock.advance(60_000);
      expect(lane.report()).toMatchObject({ breaker: 'half-open', health: { status: 'degraded' } });
      vendor.script = () => harmless('v');
      await ask();
      expect(lane.report()).toMatchObject({ breaker: 'closed', health: { status: 'up' } });
    });
  });

  it('survives a provider whose report throws', async () => {
    const { vendor, lane, ask } = setUp();
    vendor.report = () => {
      throw new Error('with a key in it');
    };
    await ask();
    await settled();
    const { health } = lane.report();
    expect(health.status).toBe('down');
    expect(JSON.stringify(health)).not.toContain('key');
  });

  it('reports percentiles, counts and the last success', async () => {
    const { clock, vendor, lane, ask } = setUp();
    vendor.script = () => later(clock, 40, () => harmless('v'));
    const startedAt = clock.now();
    await timed(clock, ask(), 1);
    vendor.script = failWith('PROVIDER_TIMEOUT');
    await ask();
    expect(lane.report()).toEqual({
      breaker: 'closed',
      budgetLeft: undefined,
      p50Ms: 40,
      p95Ms: 40,
      lastSuccessAt: startedAt + 40,
      calls: { ok: 1, PROVIDER_TIMEOUT: 1 },
      refused: {},
      health: { status: 'degraded', details: {} },
    });
  });
});

import { FakeClock } from '../../../../test/support/fake-clock.js';
import { failWith, harmless, ScriptedProvider, type Script } from '../../../../test/support/scripted-provider.js';
import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { ProviderLimits } from '../ip-intelligence-provider.js';
import { VendorLane } from './vendor-lane.js';

const address = parseIpAddress('8.8.8.8') as IpAddress;

function setUp(script?: Script, limits: ProviderLimits = {}) {
  const clock = new FakeClock();
  const vendor = new ScriptedProvider('v', script, { limits, bulkSize: 50 });
  const lane = new VendorLane({ provider: vendor, clock });
  const context = { signal: new AbortController().signal, deadlineAt: Infinity };
  return { clock, vendor, lane, context, ask: () => lane.ask(address, context) };
}

describe('VendorLane in bulk', () => {
  it('gives every address of a refused call the reason', async () => {
    const { vendor, lane, context } = setUp(undefined, { dailyBudget: 3 });
    const refused = { providerId: 'v', code: 'PROVIDER_QUOTA', refused: true };
    expect(await lane.askInBulk([address, address, address], context)).toEqual([refused, refused, refused]);
    expect(vendor.bulkCalls).toEqual([]);
  });

  it('ends with its deadline, and does not keep its own breaker’s trial for ever', async () => {
    const { clock, vendor, lane, context } = setUp();
    vendor.bulkScript = () => Promise.reject(new ProviderError('v', 'PROVIDER_QUOTA', { retryAfterMs: 1000 }));
    await lane.askInBulk([address], context);
    clock.advance(1000);
    vendor.bulkScript = () => new Promise(() => undefined);
    const abort = new AbortController();
    const pending = lane.askInBulk([address], { ...context, signal: abort.signal });
    abort.abort();
    expect(await pending).toEqual([{ providerId: 'v', code: 'PROVIDER_TIMEOUT' }]);
    vendor.bulkScript = () => Promise.resolve([harmless('v')]);
    clock.advance(20_000);
    expect(await lane.askInBulk([address], context)).toMatchObject([{ facts: {} }]);
  });

  it('is not held against the requests, and keeps off a vendor that fails them', async () => {
    const { vendor, lane, ask, context } = setUp();
    vendor.bulkScript = () => Promise.reject(new ProviderError('v', 'PROVIDER_RATE_LIMITED', { retryAfterMs: 60_000 }));
    await lane.askInBulk([address], context);
    expect(await lane.askInBulk([address], context)).toMatchObject([{ refused: true }]);
    expect(await ask()).toMatchObject({ facts: {} });
    vendor.script = failWith('PROVIDER_QUOTA');
    await ask();
    const other = setUp(failWith('PROVIDER_QUOTA'));
    await other.ask();
    expect(await other.lane.askInBulk([address], other.context)).toMatchObject([{ refused: true }]);
  });

  it('takes one call for one outcome, and some entries failing for none', async () => {
    const { vendor, lane, context } = setUp();
    vendor.bulkScript = (addresses) =>
      Promise.resolve(
        addresses.map((_, index) => (index === 0 ? new ProviderError('v', 'PROVIDER_BAD_RESPONSE') : harmless('v'))),
      );
    const results = await lane.askInBulk([address, address, address], context);
    expect(results).toMatchObject([{ code: 'PROVIDER_BAD_RESPONSE' }, { facts: {} }, { facts: {} }]);
    expect(lane.report().calls).toEqual({ ok: 1 });
  });

  it('gives back what the addresses that the vendor refused would have cost, where it takes nothing for them', async () => {
    const limits = { dailyBudget: 100, creditsPerLookup: 2 };
    for (const [chargesBadInput, left] of [
      [false, 98],
      [true, 94],
    ] as const) {
      const { vendor, lane, context } = setUp(undefined, { ...limits, chargesBadInput });
      const bad = new ProviderError('v', 'PROVIDER_BAD_INPUT');
      vendor.bulkScript = () => Promise.resolve([bad, harmless('v'), bad]);
      await lane.askInBulk([address, address, address], context);
      expect(lane.report()).toMatchObject({ budgetLeft: left, calls: { ok: 1 } });
    }
  });

  it.each([
    ['fewer entries', []],
    ['no list', { length: 2 }],
    ['nothing', undefined],
  ])('takes %s for a bad answer, entry by entry', async (_, answer) => {
    const { vendor, lane, context } = setUp();
    vendor.bulkScript = () => Promise.resolve(answer as never);
    const bad = { providerId: 'v', code: 'PROVIDER_BAD_RESPONSE' };
    expect(await lane.askInBulk([address, address], context)).toEqual([bad, bad]);
  });
});

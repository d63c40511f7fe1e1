import { FakeClock } from '../../../../test/support/fake-clock.js';
import { failWith, harmless, ScriptedProvider, type Script } from '../../../../test/support/scripted-provider.js';
import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { ProviderLimits } from '../ip-intelligence-provider.js';
import { VendorLane } from './vendor-lane.js';

const address = parseIpAddress('8.8.8.8') as IpAddress;
const HOUR_MS = 3_600_000;

function setUp(script?: Script, limits: ProviderLimits = {}) {
  const clock = new FakeClock();
  const vendor = new ScriptedProvider('v', script, { limits });
  const lane = new VendorLane({ provider: vendor, clock });
  const context = { signal: new AbortController().signal, deadlineAt: Infinity };
  return { clock, vendor, lane, ask: (isBulk = false) => lane.ask(address, context, isBulk) };
}

describe('VendorLane as a budget', () => {
  it('refuses what the day does not allow before it asks, and a breaker that refuses costs nothing', async () => {
    const { vendor, clock, lane, ask } = setUp(undefined, { dailyBudget: 5, creditsPerLookup: 2 });
    expect([await ask(), await ask(), await ask()]).toMatchObject([
      { providerId: 'v' },
      { providerId: 'v' },
      { code: 'PROVIDER_QUOTA', refused: true },
    ]);
    expect([vendor.asked.length, lane.report().budgetLeft, lane.report().health.status]).toEqual([2, 1, 'down']);
    clock.advance(24 * HOUR_MS);
    vendor.script = failWith('PROVIDER_QUOTA');
    await ask();
    expect(await ask()).toMatchObject({ refused: true });
    expect(lane.report().budgetLeft).toBe(3);
  });

  it('pays nothing for a lookup that the provider holds back, which is no call and no outage', async () => {
    const held: Script = () => {
      throw new ProviderError('v', 'PROVIDER_RATE_LIMITED', { retryAfterMs: 60_000, wasSent: false });
    };
    const { vendor, lane, ask } = setUp(held, { dailyBudget: 8, creditsPerLookup: 4 });
    const refused = { providerId: 'v', code: 'PROVIDER_RATE_LIMITED', refused: true, retryAfterMs: 60_000 };
    for (let call = 0; call < 9; call += 1) expect(await ask()).toEqual(refused);
    expect(lane.report().health.status).toBe('up');
    await ask();
    expect(lane.report()).toMatchObject({
      breaker: 'closed',
      budgetLeft: 8,
      calls: {},
      refused: { PROVIDER_RATE_LIMITED: 10 },
      health: { status: 'degraded' },
    });
    vendor.script = () => harmless('v');
    expect(await ask()).toMatchObject({ facts: {} });
    expect(lane.report()).toMatchObject({ budgetLeft: 4, health: { status: 'up' } });
  });

  it.each([
    [undefined, 9],
    [true, 9],
    [false, 10],
  ])('pays for an address that the vendor refuses, unless it takes nothing for it (%p)', async (charges, left) => {
    const limits = { dailyBudget: 10, ...(charges === undefined ? {} : { chargesBadInput: charges }) };
    const { lane, ask } = setUp(failWith('PROVIDER_BAD_INPUT'), limits);
    await ask();
    expect(lane.report().budgetLeft).toBe(left);
  });

  it('leaves half to the requests', async () => {
    const { vendor, ask } = setUp(undefined, { dailyBudget: 4 });
    for (let call = 0; call < 4; call += 1) await ask(true);
    expect(vendor.asked).toHaveLength(2);
    for (let call = 0; call < 4; call += 1) await ask();
    expect(vendor.asked).toHaveLength(4);
  });

  it('learns from what the answer says about the quota', async () => {
    const { clock, lane, ask } = setUp((_, { onQuota }) => {
      onQuota({ remaining: 0, resetAfterMs: 60_000 });
      return harmless('v');
    });
    expect(await ask()).toMatchObject({ providerId: 'v', facts: {} });
    expect(await ask()).toMatchObject({ code: 'PROVIDER_QUOTA', refused: true });
    expect(lane.report()).toMatchObject({ budgetLeft: 0, breaker: 'closed', health: { status: 'down' } });
    clock.advance(60_000);
    expect(await ask()).toMatchObject({ facts: {} });
  });
});

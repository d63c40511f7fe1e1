import fc from 'fast-check';
import { fakeCounter, type FakeCounter } from '../../../../test/support/fake-counter.js';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { Ipv6Words } from '../../../common/ip/ipv6-text.js';
import { QuotaBrake, type QuotaBrakeOptions } from './quota-brake.js';

const HOUR_MS = 3_600_000;
/** A million addresses, and hundreds of schedules; a busy machine is no failure. */
jest.setTimeout(60_000);

const ip = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
/** An address in the n-th /64 of a site. */
const inSite = (site: number, network: number): IpAddress =>
  ip(`2001:db8:${site.toString(16)}:${network.toString(16)}::1`);

function setUp(options: Partial<QuotaBrakeOptions> = {}) {
  const clock = new FakeClock();
  const brake = new QuotaBrake({ clock, ...options });
  let next = 0;
  /** How many of so many new ones it lets through; no index comes twice. */
  const admitted = async (count: number, addressOf: (index: number) => IpAddress, asn?: number) => {
    let sum = 0;
    for (const end = next + count; next < end; next += 1) sum += (await brake.admit(addressOf(next), asn)) ? 1 : 0;
    return sum;
  };
  return { clock, brake, admitted };
}

describe('QuotaBrake', () => {
  it('lets 256 new addresses of a /48 through in an hour, which begins with the first', async () => {
    const { clock, admitted } = setUp();
    clock.advance(123);
    expect(await admitted(200, (index) => inSite(1, index), 64496)).toBe(200);
    clock.advance(HOUR_MS - 1);
    expect(await admitted(200, (index) => inSite(1, 1000 + index), 64496)).toBe(56);
    expect(await admitted(10, (index) => inSite(2, index), 64496)).toBe(10);
    clock.advance(1);
    expect(await admitted(300, (index) => inSite(1, 2000 + index), 64496)).toBe(256);
  });

  it('lets 10000 of one autonomous system through, of however many sites, and those of another go on', async () => {
    const { clock, brake, admitted } = setUp();
    expect(await admitted(11_000, (index) => inSite(index, 1), 64496)).toBe(10_000);
    expect(await admitted(10, (index) => inSite(index, 2), 64497)).toBe(10);
    expect(brake.report()).toEqual({ braked: 1000, lastBrakedAt: clock.now(), lastBrakedBy: 'asn' });
    clock.advance(HOUR_MS);
    expect(await admitted(10, (index) => inSite(index, 3), 64496)).toBe(10);
  });

  it('counts IPv4 addresses by their system only', async () => {
    const { admitted } = setUp({ perPrefix: 1, perAsn: 300 });
    expect(await admitted(200, (index) => ip(`192.0.2.${index}`), 64497)).toBe(200);
    expect(await admitted(400, (index) => ip(`203.0.${index >> 8}.${index & 255}`), 64496)).toBe(300);
  });

  it.each([undefined, 0, -1, 1.5, NaN, Infinity, 2 ** 32])('counts nobody for system %p, which is not known', (asn) => {
    const { brake } = setUp({ perAsn: 1 });
    for (const host of [1, 2, 3]) expect(brake.admit(ip(`203.0.113.${host}`), asn)).toBe(true);
  });

  it('does not use one cap up by what the other refuses', async () => {
    const bySite = setUp({ perPrefix: 2, perAsn: 4 });
    expect(await bySite.admitted(100, (index) => inSite(1, index), 64496)).toBe(2);
    expect(await bySite.admitted(100, (index) => inSite(2, index), 64496)).toBe(2);
    const bySystem = setUp({ perPrefix: 2, perAsn: 1 });
    await bySystem.brake.admit(inSite(1, 1), 64496);
    expect(await bySystem.admitted(100, (index) => inSite(2, index), 64496)).toBe(0);
    expect(await bySystem.admitted(100, (index) => inSite(2, index), 64497)).toBe(1);
  });

  it('answers at once without others to count with, and while they cannot be asked', () => {
    const { brake } = setUp({ counter: { count: () => undefined } });
    expect(brake.admit(inSite(1, 1), 64496)).toBe(true);
  });

  it('does not ask the others any more once a cap is reached', async () => {
    const counter = fakeCounter(new FakeClock());
    const { admitted } = setUp({ perPrefix: 10, counter });
    await admitted(1_000, (index) => inSite(1, index), 64496);
    expect(counter.asked).toBe(20);
  });

  it('has no cap where it is Infinity', async () => {
    const counter = fakeCounter(new FakeClock());
    const { admitted } = setUp({ perPrefix: Infinity, perAsn: Infinity, counter });
    expect(await admitted(10_000, (index) => inSite(1, index), 64496)).toBe(10_000);
    expect(counter.asked).toBe(0);
  });

  it.each(['perPrefix', 'perAsn'] as const)('refuses a %s that cannot be meant', (name) => {
    for (const cap of [0, -1, 1.5, NaN, -Infinity, 2 ** 53]) {
      expect(() => setUp({ [name]: cap })).toThrow(new RegExp(`^quotaBrake.${name}: `));
    }
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses a window of %p milliseconds', (windowMs) => {
    expect(() => setUp({ windowMs })).toThrow(/^windowMs: /);
  });

  it.each([1, 1000, HOUR_MS, 24 * HOUR_MS, 10 * 365 * 24 * HOUR_MS])(
    'is neither opened nor held by a clock that is set back by %d ms',
    async (ms) => {
      const { clock, admitted } = setUp({ perPrefix: 5 });
      expect(await admitted(10, (index) => inSite(1, index), 64496)).toBe(5);
      clock.advance(HOUR_MS / 2);
      clock.advance(-ms);
      expect(await admitted(10, (index) => inSite(1, index), 64496)).toBe(0);
      clock.advance(HOUR_MS);
      expect(await admitted(10, (index) => inSite(1, index), 64496)).toBe(5);
    },
  );

  it('takes a million addresses of one /48 and lets those of 256 networks through', () => {
    const { brake } = setUp();
    const words = (index: number): Ipv6Words => [0x20010db8, 0x70000 + (index & 0xffff), index, 0];
    const networks = new Set<number>();
    for (let index = 0; index < 1_000_000; index += 1) {
      if (brake.admit({ family: 6, text: 'any', words: words(index) }, 64496) === true) networks.add(index & 0xffff);
    }
    expect(networks.size).toBe(256);
    expect(brake.report()).toMatchObject({ lastBrakedBy: 'prefix' });
  });

  it('counts a network once in a window, however often and by whichever of its addresses it is asked about', async () => {
    const { clock, brake, admitted } = setUp({ perPrefix: 2, perAsn: 3 });
    const inNetwork = (host: number) => ip(`2001:db8:1:1::${host.toString(16)}`);
    expect(await admitted(1000, inNetwork, 64496)).toBe(1000);
    expect(await admitted(1000, () => ip('203.0.113.1'), 64496)).toBe(1000);
    expect(await admitted(10, (index) => inSite(1, 2 + index), 64496)).toBe(1);
    expect(await admitted(1000, inNetwork, 64496)).toBe(1000);
    clock.advance(HOUR_MS);
    expect(await admitted(10, (index) => inSite(1, 20 + index), 64496)).toBe(2);
    expect(brake.admit(inNetwork(1), 64496)).toBe(false);
  });

  it('keeps the count of a system whose sites are more than it remembers', async () => {
    const { brake, admitted } = setUp({ perPrefix: 1, perAsn: 5000 });
    const systems = Array.from({ length: 12 }, (_, index) => 64_496 + index);
    let sum = 0;
    for (const asn of systems)
      sum += await admitted(6000, (index) => ip(`2001:${asn.toString(16)}:${(index % 6000).toString(16)}::1`), asn);
    expect(sum).toBe(12 * 5000);
    for (const asn of systems) expect(brake.admit(ip('2001:db8::1'), asn)).toBe(false);
  });
});

describe('QuotaBrake with other processes', () => {
  const setUpTwo = () => {
    const clock = new FakeClock();
    const counter = fakeCounter(clock);
    const brakes = [1, 2].map(() => new QuotaBrake({ clock, counter, perPrefix: 10 })) as [QuotaBrake, QuotaBrake];
    let next = 0;
    const count = async (brake: QuotaBrake, times: number, site = 1) => {
      const all = await Promise.all(
        Array.from({ length: times }, async () => await brake.admit(inSite(site, (next += 1)), 64496)),
      );
      return all.filter(Boolean).length;
    };
    return { clock, counter, brakes, count };
  };

  it('shares a cap, also among those who ask at the same time', async () => {
    const { brakes, count } = setUpTwo();
    const [first, second] = await Promise.all([count(brakes[0], 50), count(brakes[1], 50)]);
    expect(first + second).toBe(10);
  });

  it('goes by what it knows while the others cannot be asked: an outage is no new allowance', async () => {
    const { counter, brakes, count } = setUpTwo();
    expect(await count(brakes[0], 6)).toBe(6);
    expect(await count(brakes[1], 2)).toBe(2);
    counter.isAway = true;
    expect(await count(brakes[0], 50)).toBe(4);
    // It last heard of eight.
    expect(await count(brakes[1], 50)).toBe(2);
    counter.isAway = false;
    expect([await count(brakes[0], 50), await count(brakes[1], 50)]).toEqual([0, 0]);
  });

  it('goes on with its own count when the others’ is lost', async () => {
    const { counter, brakes, count } = setUpTwo();
    expect(await count(brakes[0], 10)).toBe(10);
    counter.forgetAll();
    expect(await count(brakes[0], 50)).toBe(0);
    expect(await count(brakes[1], 50)).toBe(10);
  });

  it('ends its window with the others’, though it came late', async () => {
    const { clock, brakes, count } = setUpTwo();
    expect(await count(brakes[0], 5)).toBe(5);
    clock.advance(HOUR_MS - 1000);
    expect(await count(brakes[1], 50)).toBe(5);
    clock.advance(1000);
    expect(await count(brakes[1], 50)).toBe(10);
  });
});

interface Step {
  readonly brake: number;
  /** So many at the same time. */
  readonly burst: readonly { readonly site: number; readonly asn: number | undefined }[];
  readonly advance: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  brake: fc.nat(2),
  burst: fc.array(fc.record({ site: fc.integer({ min: 1, max: 4 }), asn: fc.constantFrom(1, 2, undefined) }), {
    maxLength: 8,
  }),
  advance: fc.oneof(
    { arbitrary: fc.constant(0), weight: 6 },
    { arbitrary: fc.integer({ min: 1, max: 4000 }), weight: 4 },
    { arbitrary: fc.constantFrom(-1, -500, -HOUR_MS, HOUR_MS), weight: 1 },
  ),
});
const schedules = fc.array(step, { minLength: 1, maxLength: 25 });
const caps = fc.record({ perPrefix: fc.integer({ min: 1, max: 6 }), perAsn: fc.integer({ min: 1, max: 12 }) });
const WINDOW_MS = 5000;

describe('QuotaBrake in any schedule', () => {
  it('lets no more through in a shared window than the caps say, over three processes whose clocks differ', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, caps, async (schedule, limits) => {
        const counterClock = new FakeClock();
        const counter: FakeCounter = fakeCounter(counterClock);
        const clocks = [0, 400, -90_000].map((skew) => new FakeClock(counterClock.now() + skew));
        const brakes = clocks.map((clock) => new QuotaBrake({ clock, counter, windowMs: WINDOW_MS, ...limits }));
        const sums = new Map<string, number>();
        let network = 0;
        for (const { brake, burst, advance } of schedule) {
          const answers = await Promise.all(
            burst.map(async ({ site, asn }) => await brakes[brake]?.admit(inSite(site, (network += 1)), asn)),
          );
          burst.forEach(({ site, asn }, index) => {
            if (answers[index] !== true) return;
            for (const key of [`2001:db8:${site}::/48`, ...(asn === undefined ? [] : [`AS${asn}`])]) {
              const window = `${key} since ${counter.startOf(key)}`;
              sums.set(window, (sums.get(window) ?? 0) + 1);
            }
          });
          // What is set back is one process's clock; the others' and the counter's stay.
          if (advance < 0) clocks[brake]?.advance(advance);
          else for (const clock of [counterClock, ...clocks]) clock.advance(advance);
        }
        for (const [window, sum] of sums) {
          expect(window).not.toContain('undefined');
          expect(sum).toBeLessThanOrEqual(window.startsWith('AS') ? limits.perAsn : limits.perPrefix);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lets no more through alone than the caps say, and some again when a window has gone by', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, caps, fc.boolean(), async (schedule, limits, isAway) => {
        const clock = new FakeClock();
        const counter = isAway ? { count: () => undefined } : undefined;
        const brake = new QuotaBrake({ clock, counter, windowMs: WINDOW_MS, ...limits });
        let passedMs = 0;
        let network = 0;
        const sums = new Map<string, number>();
        for (const { burst, advance } of schedule) {
          for (const { site, asn } of burst) {
            if (!(await brake.admit(inSite(site, (network += 1)), asn))) continue;
            for (const key of [`site ${site}`, ...(asn === undefined ? [] : [`AS${asn}`])])
              sums.set(key, (sums.get(key) ?? 0) + 1);
          }
          clock.advance(advance);
          passedMs += Math.max(0, advance);
        }
        // A window lasts its time at least, whatever the clock does meanwhile.
        const windows = Math.floor(passedMs / WINDOW_MS) + 1;
        for (const [key, sum] of sums) {
          expect(sum).toBeLessThanOrEqual(windows * (key.startsWith('AS') ? limits.perAsn : limits.perPrefix));
        }
        // Whatever the clock did: from the next address on it is a window at most.
        await brake.admit(inSite(1, (network += 1)), 1);
        clock.advance(WINDOW_MS);
        expect(await brake.admit(inSite(1, (network += 1)), 1)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

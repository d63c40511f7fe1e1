import { setImmediate } from 'node:timers/promises';
import { example } from '../../../../test/support/example-vendor.js';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { BulkLookup, IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import { isIntelligence, knowsNothing } from '../ip-intelligence.js';
import { askInBulk, askProvider } from '../protection/ask-provider.js';
import { ChaosPlan, EVERY_MISCHIEF, type ChaosPlanOptions, type Mischief } from './chaos-plan.js';
import { ChaosProvider } from './chaos-provider.js';
import { FakeProvider } from './fake-provider.js';
import { providerContract } from './provider-contract.js';

const ADDRESS = parseIpAddress('8.8.8.8') as IpAddress;
const fake = (): FakeProvider => new FakeProvider({ otherwise: { facts: { isTorExitNode: true } } });

/** Whether a promise is settled after everything that can happen has happened. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  await setImmediate();
  return settled;
}

/** The lookup of a provider that does this one thing. */
function doing(mischief: Mischief, signal = new AbortController().signal) {
  const clock = new FakeClock();
  const chaos = new ChaosProvider(fake(), { clock });
  chaos.misbehave(mischief);
  const lookup = async () => chaos.lookup(ADDRESS, lookupContext({ signal }));
  return { chaos, clock, lookup };
}

describe('ChaosProvider', () => {
  const create = (): IpIntelligenceProvider => new ChaosProvider(fake(), { plan: { seed: 1, rate: 0 } });
  for (const { promise, run } of providerContract({ create })) it(promise, run);

  it('fails, rejects and throws', async () => {
    const { lookup } = doing({ kind: 'fail', code: 'PROVIDER_QUOTA', retryAfterMs: 7 });
    await expect(lookup()).rejects.toMatchObject({ providerId: 'fake', code: 'PROVIDER_QUOTA', retryAfterMs: 7 });
    await expect(doing({ kind: 'reject' }).lookup()).rejects.toThrow('rejects');
    const { chaos } = doing({ kind: 'throw' });
    expect(() => chaos.lookup(ADDRESS, lookupContext())).toThrow('throws');
  });

  it('hangs until it is told to stop, or for ever', async () => {
    const abort = new AbortController();
    const hanging = doing({ kind: 'hang' }, abort.signal).lookup();
    const forEver = doing({ kind: 'hang-forever' }, abort.signal).lookup();
    expect(await isSettled(hanging)).toBe(false);
    abort.abort();
    await expect(hanging).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT' });
    await expect(doing({ kind: 'hang' }, abort.signal).lookup()).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT' });
    expect(await isSettled(forEver)).toBe(false);
  });

  it('is late by the clock', async () => {
    const { clock, lookup } = doing({ kind: 'late', ms: 500 });
    const late = lookup();
    clock.advance(499);
    expect(await isSettled(late)).toBe(false);
    clock.advance(1);
    expect(isIntelligence(await late)).toBe(true);
  });

  it.each(['nan-confidence', 'wrong-id', 'null-facts'] as const)('answers what no provider may: %s', async (how) => {
    const { chaos } = doing({ kind: 'malformed', how });
    expect(await askProvider(chaos, ADDRESS, lookupContext())).toEqual({
      providerId: 'fake',
      code: 'PROVIDER_BAD_RESPONSE',
    });
  });

  it('answers that it knows nothing', async () => {
    const answer = await doing({ kind: 'know-nothing' }).lookup();
    expect([answer.providerId, isIntelligence(answer), knowsNothing(answer)]).toEqual(['fake', true, true]);
  });

  it('behaves again after as many lookups as it was told, and when it is told', async () => {
    const chaos = new ChaosProvider(fake());
    const kindOf = async () => {
      const answer = await askProvider(chaos, ADDRESS, lookupContext());
      return 'code' in answer ? answer.code : 'answer';
    };
    chaos.misbehave({ kind: 'fail', code: 'PROVIDER_QUOTA' }, 2);
    expect([await kindOf(), await kindOf(), await kindOf()]).toEqual(['PROVIDER_QUOTA', 'PROVIDER_QUOTA', 'answer']);
    chaos.misbehave({ kind: 'reject' });
    chaos.behave();
    expect(await kindOf()).toBe('answer');
    expect(chaos.history.map(({ address, mischief }) => [address, mischief?.kind])).toEqual([
      ['8.8.8.8', 'fail'],
      ['8.8.8.8', 'fail'],
      ['8.8.8.8', undefined],
      ['8.8.8.8', undefined],
    ]);
  });

  it('looks like the provider it wraps', async () => {
    const inner = Object.assign(fake(), { start: jest.fn(), stop: jest.fn() });
    inner.set('8.8.4.4', {});
    const chaos = new ChaosProvider(inner);
    await chaos.start();
    await chaos.stop();
    expect(inner.start.mock.calls.length + inner.stop.mock.calls.length).toBe(2);
    const { id, kind, dataVersion, limits, scorecard } = inner;
    expect(chaos).toMatchObject({ id, kind, dataVersion, limits, scorecard, bulk: undefined });
    expect(chaos.health()).toEqual(inner.health());
    const { limits: none, ...bare } = example({ key: 'key' });
    expect([none, new ChaosProvider(bare).limits]).toEqual([expect.anything(), undefined]);
  });

  it('misbehaves in bulk as well', async () => {
    const answer = await new ChaosProvider(fake()).lookup(ADDRESS, lookupContext());
    const bulk: BulkLookup = { size: 2, lookup: () => Promise.resolve([answer, answer]) };
    const chaos = new ChaosProvider(Object.assign(fake(), { bulk }));
    chaos.misbehave({ kind: 'malformed', how: 'wrong-id' }, 1);
    const codes = async () => {
      const entries = await askInBulk(chaos, [ADDRESS, ADDRESS], lookupContext());
      return entries.map((entry) => ('code' in entry ? entry.code : 'answer'));
    };
    expect(await codes()).toEqual(['PROVIDER_BAD_RESPONSE', 'PROVIDER_BAD_RESPONSE']);
    expect(await codes()).toEqual(['answer', 'answer']);
    expect(chaos.history).toHaveLength(4);
  });
});

describe('ChaosPlan', () => {
  const drawn = (options: ChaosPlanOptions, count = 200): (Mischief | undefined)[] => {
    const plan = new ChaosPlan(options);
    return Array.from({ length: count }, () => plan.next());
  };

  it('is the same for the same seed, and another for another', () => {
    expect(drawn({ seed: 7 })).toEqual(drawn({ seed: 7 }));
    expect(drawn({ seed: 7 })).not.toEqual(drawn({ seed: 8 }));
  });

  it('lets go wrong the part it is told, every way there is', () => {
    const wrong = drawn({ seed: 7, rate: 0.25 }, 2000).filter((mischief) => mischief !== undefined);
    expect(wrong.length / 2000).toBeCloseTo(0.25, 1);
    expect(new Set(wrong)).toEqual(new Set(EVERY_MISCHIEF));
    expect(drawn({ seed: 7, rate: 0 }).some((mischief) => mischief !== undefined)).toBe(false);
    expect(drawn({ seed: 7, rate: 1 }).every((mischief) => mischief !== undefined)).toBe(true);
  });

  it('does not shift when the rate is another', () => {
    const few = drawn({ seed: 7, rate: 0.2 });
    const many = drawn({ seed: 7, rate: 0.8 });
    expect(few.every((mischief, index) => mischief === undefined || mischief === many[index])).toBe(true);
  });

  it.each([-0.1, 1.1, NaN])('takes no rate of %d', (rate) => {
    expect(() => new ChaosPlan({ seed: 1, rate })).toThrow(RangeError);
  });

  it('has nothing to choose from an empty list', () => {
    expect(drawn({ seed: 1, rate: 1, mischief: [] }, 3)).toEqual([undefined, undefined, undefined]);
  });
});

import { FakeClock } from '../../../../test/support/fake-clock.js';
import { later, timed } from '../../../../test/support/fake-time.js';
import { intelligence } from '../../../../test/support/intelligence.js';
import {
  failWith,
  hang,
  harmless,
  ScriptedProvider,
  type Script,
  type ScriptedProviderOptions,
} from '../../../../test/support/scripted-provider.js';
import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { LookupOutcome } from './lookup-outcome.js';
import type { ProviderLookupOptions } from './lookup-options.js';
import { ProviderLookup } from './provider-lookup.js';

const ip = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const list = (count: number): IpAddress[] =>
  Array.from({ length: count }, (_, index) => ip(`8.8.${index >> 8}.${index & 255}`));
const vendor = (id: string, script?: Script, more?: ScriptedProviderOptions) => new ScriptedProvider(id, script, more);

function setUp(vendors: readonly ScriptedProvider[], more: Partial<ProviderLookupOptions> = {}) {
  const clock = new FakeClock();
  const offline = vendor('offline', undefined, { kind: 'offline' });
  const lookup = new ProviderLookup({ providers: [...vendors, offline], clock, ...more });
  const ask = (count: number, doubts = () => false) => timed(clock, lookup.bulk.lookup(list(count), doubts), 50);
  return { clock, offline, lookup, ask };
}

const answeredBy = ({ answers }: LookupOutcome) => answers.map(({ providerId }) => providerId).join();

describe('BulkLookups', () => {
  it('gives one outcome for each address, in their order', async () => {
    const named: Script = ({ text }) =>
      intelligence(
        { isTorExitNode: false },
        { providerId: 'a', network: { asn: undefined, organization: text, isp: undefined } },
      );
    const { ask } = setUp([vendor('a', named)]);
    const { value } = await ask(100);
    const expected = list(100).map(({ text }) => text);
    expect(value.map(({ answers }) => answers[0]?.network?.organization)).toEqual(expected);
  });

  it('makes batches of 500 where every vendor has bulk calls, else of 64', () => {
    const bulky = vendor('a', undefined, { bulkSize: 50 });
    expect(setUp([bulky]).lookup.bulk.batchSize).toBe(500);
    expect(setUp([bulky, vendor('b')]).lookup.bulk.batchSize).toBe(64);
  });

  it('asks a vendor in its own bulk calls, each of its size, and never singly', async () => {
    const bulky = vendor('a', undefined, { bulkSize: 50 });
    const { value } = await setUp([bulky]).ask(120);
    expect(bulky.bulkCalls.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(bulky.bulkCalls.flat()).toEqual(list(120).map(({ text }) => text));
    expect(value.every(({ hasQuorum }) => hasQuorum)).toBe(true);
  });

  it('asks a vendor without bulk calls four at a time', async () => {
    const single = vendor('a');
    const { clock, ask } = setUp([single]);
    let running = 0;
    let most = 0;
    single.script = () => {
      most = Math.max(most, (running += 1));
      return later(clock, 50, () => {
        running -= 1;
        return harmless('a');
      });
    };
    expect((await ask(64)).ms).toBe(800);
    expect([most, single.asked.length]).toEqual([4, 64]);
  });

  it('passes on what became of each entry', async () => {
    const bulky = vendor('a', undefined, { bulkSize: 3 });
    bulky.bulkScript = () => Promise.resolve([harmless('a'), new ProviderError('a', 'PROVIDER_BAD_INPUT'), 7 as never]);
    const { value } = await setUp([bulky]).ask(3);
    expect(value.map(({ hasQuorum, failures }) => [hasQuorum, failures[0]?.code])).toEqual([
      [true, undefined],
      [false, 'PROVIDER_BAD_INPUT'],
      [false, 'PROVIDER_BAD_RESPONSE'],
    ]);
  });

  it('asks, by fallback, the next vendor about the addresses only that are still without a verdict', async () => {
    const even: Script = ({ text }) => {
      if (Number(text.slice(-1)) % 2 === 1) throw new ProviderError('a', 'PROVIDER_BAD_INPUT');
      return harmless('a');
    };
    const [a, b, c] = [vendor('a', even), vendor('b'), vendor('c')];
    const { value } = await setUp([a, b, c], { strategy: 'fallback' }).ask(10);
    expect([a.asked.length, b.asked.length, c.asked.length]).toEqual([10, 5, 0]);
    expect(value.map(answeredBy)).toEqual(value.map((_, index) => (index % 2 === 0 ? 'a,offline' : 'b,offline')));
  });

  it.each([undefined, 5])(
    'leaves, by fallback, the next vendor its share when the first hangs (bulk calls of %p)',
    async (bulkSize) => {
      const more = bulkSize === undefined ? {} : { bulkSize };
      const [a, b] = [vendor('a', hang, more), vendor('b', undefined, more)];
      const { value, ms } = await setUp([a, b], { strategy: 'fallback' }).ask(20);
      expect(ms).toBe(5000);
      expect(value.map(answeredBy)).toEqual(value.map(() => 'b,offline'));
    },
  );

  it('ends with its deadline and keeps what came before it', async () => {
    const [slow, fast] = [vendor('a', hang), vendor('b')];
    const { ask, clock } = setUp([slow, fast]);
    const { value, ms } = await ask(20);
    expect(ms).toBe(10_000);
    expect(value.map(answeredBy)).toEqual(value.map(() => 'b,offline'));
    expect(value.map(({ failures }) => failures)).toEqual(
      value.map(() => [{ providerId: 'a', code: 'PROVIDER_TIMEOUT' }]),
    );
    expect(clock.pending).toBe(0);
  });

  it.each([undefined, 4])(
    'asks nobody any more, and spends nothing, after its deadline (bulk calls of %p)',
    async (bulkSize) => {
      const more = bulkSize === undefined ? {} : { bulkSize };
      const vendors = [vendor('a', hang, { ...more, limits: { dailyBudget: 1000 } }), vendor('b', hang, more)];
      const { ask, clock, lookup } = setUp(vendors, { strategy: 'fallback', bulkDeadlineMs: 1000 });
      const { value } = await ask(64);
      expect(value.every(({ hasQuorum }) => !hasQuorum)).toBe(true);
      await timed(
        clock,
        later(clock, 60_000, () => 0),
        1000,
      );
      expect(vendors.map(({ asked, bulkCalls }) => asked.length + bulkCalls.flat().length)).toEqual([4, 4]);
      expect(lookup.lanes[0]?.report().budgetLeft).toBe(996);
    },
  );

  it('makes of a budget what it can: as many addresses as it pays for, and refuses the rest', async () => {
    const limits = { dailyBudget: 155, creditsPerLookup: 2 };
    const bulky = vendor('a', undefined, { bulkSize: 30, limits });
    const { ask, lookup } = setUp([bulky]);
    const { value } = await ask(100);
    // Half of the day, rounded up, and two credits each.
    expect(bulky.bulkCalls.map(({ length }) => length)).toEqual([30, 9]);
    expect(value.filter(({ hasQuorum }) => hasQuorum)).toHaveLength(39);
    const refused = { providerId: 'a', code: 'PROVIDER_QUOTA', refused: true };
    expect(value.slice(39).map(({ failures }) => failures)).toEqual(value.slice(39).map(() => [refused]));
    expect(lookup.lanes[0]?.report().budgetLeft).toBe(77);
  });

  it('is beside the requests: their places are not taken, and half of the budget is theirs', async () => {
    const limited = vendor('a', undefined, { limits: { dailyBudget: 20, maxConcurrent: 1 } });
    const { ask, lookup } = setUp([limited]);
    const { value } = await ask(64);
    expect(value.filter(({ hasQuorum }) => hasQuorum)).toHaveLength(10);
    expect(value.at(-1)?.failures).toEqual([{ providerId: 'a', code: 'PROVIDER_QUOTA', refused: true }]);
    expect(await lookup.lookup(ip('9.9.9.9'))).toMatchObject({ hasQuorum: true });
  });

  it('does not keep vendors waiting for an offline provider that hangs, and names it', async () => {
    const { ask, offline } = setUp([vendor('a')]);
    offline.script = hang;
    const { value } = await ask(3);
    expect(value.map(({ hasQuorum }) => hasQuorum)).toEqual([true, true, true]);
    expect(value[0]?.failures).toEqual([{ providerId: 'offline', code: 'PROVIDER_TIMEOUT' }]);
  });

  describe('by escalation', () => {
    it('asks vendors about the addresses only that offline data leaves in doubt or does not know', async () => {
      const a = vendor('a');
      const { clock, lookup, offline } = setUp([a], { strategy: 'escalate' });
      offline.script = ({ text }, context) => {
        if (text === '8.8.0.1') return failWith('PROVIDER_UNREACHABLE')(ip(text), context);
        return intelligence({ isTorExitNode: text === '8.8.0.2' }, { providerId: 'offline' });
      };
      const doubts = (answers: LookupOutcome['answers']) => answers[0]?.facts.isTorExitNode?.value === true;
      const { value } = await timed(clock, lookup.bulk.lookup(list(4), doubts));
      expect(a.asked).toEqual(['8.8.0.1', '8.8.0.2']);
      expect(value.map(({ askedVendors }) => askedVendors)).toEqual([false, true, true, false]);
      expect(value.map(answeredBy)).toEqual(['offline', 'a', 'a,offline', 'offline']);
      expect(value.every(({ hasQuorum }) => hasQuorum)).toBe(true);
    });

    it('has no verdict where vendors were asked and failed', async () => {
      const { ask } = setUp([vendor('a', failWith('PROVIDER_QUOTA'))], { strategy: 'escalate' });
      expect((await ask(1, () => true)).value).toMatchObject([{ hasQuorum: false, askedVendors: true }]);
      expect((await ask(1)).value).toMatchObject([{ hasQuorum: true, askedVendors: false }]);
    });

    it('hands an error of the caller’s own back to the caller', async () => {
      const { lookup } = setUp([vendor('a')], { strategy: 'escalate' });
      const doubts = () => {
        throw new TypeError('mine');
      };
      await expect(lookup.bulk.lookup(list(2), doubts)).rejects.toThrow('mine');
    });
  });
});

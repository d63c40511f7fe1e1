import { FakeClock } from '../../../../test/support/fake-clock.js';
import { later, timed } from '../../../../test/support/fake-time.js';
import { intelligence } from '../../../../test/support/intelligence.js';
import { failWith, hang, harmless, ScriptedProvider, type Script } from '../../../../test/support/scripted-provider.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { NO_FACTS } from '../ip-intelligence.js';
import type { ProviderLookupOptions } from './lookup-options.js';
import { ProviderLookup } from './provider-lookup.js';

const address = parseIpAddress('8.8.8.8') as IpAddress;

function setUp(scripts: Readonly<Record<string, Script | undefined>>, more: Partial<ProviderLookupOptions> = {}) {
  const clock = new FakeClock();
  const offline = new ScriptedProvider('offline', undefined, { kind: 'offline' });
  const vendors = Object.entries(scripts).map(([id, script]) => new ScriptedProvider(id, script));
  const lookup = new ProviderLookup({ providers: [...vendors, offline], clock, strategy: 'fallback', ...more });
  const asked = () => vendors.filter((vendor) => vendor.asked.length > 0).map(({ id }) => id);
  const ask = () => timed(clock, lookup.lookup(address));
  return { clock, offline, vendors, lookup, asked, ask };
}

describe('ProviderLookup by fallback', () => {
  it('asks the first vendor, and no other when it answers', async () => {
    const { ask, asked } = setUp({ a: undefined, b: undefined, c: undefined });
    const { value } = await ask();
    expect(value).toMatchObject({ hasQuorum: true, failures: [], askedVendors: true });
    expect(value.answers.map(({ providerId }) => providerId)).toEqual(['a', 'offline']);
    expect(asked()).toEqual(['a']);
  });

  it('asks the next one at once when one fails, knows nothing, or is refused', async () => {
    const blank: Script = () => ({ providerId: 'b', facts: NO_FACTS, location: undefined, network: undefined });
    const { ask, asked, clock } = setUp({ a: failWith('PROVIDER_QUOTA'), b: blank, c: undefined });
    const first = await ask();
    expect(first).toMatchObject({ ms: 0, value: { hasQuorum: true } });
    expect(first.value.failures).toEqual([
      { providerId: 'a', code: 'PROVIDER_QUOTA' },
      { providerId: 'b', code: 'NO_DATA' },
    ]);
    expect(asked()).toEqual(['a', 'b', 'c']);
    const second = await ask();
    expect(second.value.failures[0]).toEqual({ providerId: 'a', code: 'PROVIDER_QUOTA', refused: true });
    expect(clock.pending).toBe(0);
  });

  it('leaves the next one half of what is left when one hangs, and the last all of it', async () => {
    const { ask, clock, vendors } = setUp({ a: hang, b: hang, c: undefined });
    const { value, ms } = await ask();
    expect(ms).toBe(230);
    expect(value).toMatchObject({
      hasQuorum: true,
      failures: [
        { providerId: 'a', code: 'PROVIDER_TIMEOUT' },
        { providerId: 'b', code: 'PROVIDER_TIMEOUT' },
      ],
    });
    expect(vendors[0]?.contexts[0]?.signal.aborted).toBe(true);
    expect(vendors.map(({ contexts }) => (contexts[0]?.deadlineAt ?? 0) - clock.now() + 230)).toEqual([150, 225, 300]);
  });

  it('gives the time that one did not need to the ones after it', async () => {
    const { ask, clock, vendors } = setUp({ a: undefined, b: undefined, c: undefined });
    const [a, b] = vendors;
    if (a !== undefined) a.script = () => later(clock, 20, () => Promise.reject(new Error('no')));
    // More than what it would have had after a first one that hung.
    if (b !== undefined) b.script = () => later(clock, 130, () => harmless('b'));
    expect(await ask()).toMatchObject({ ms: 150, value: { hasQuorum: true, failures: [{ providerId: 'a' }] } });
  });

  it('keeps the preferred vendor that takes nearly half of the time', async () => {
    const { ask, asked, clock, vendors } = setUp({ a: undefined, b: undefined, c: undefined, d: undefined });
    const [a] = vendors;
    if (a !== undefined) a.script = () => later(clock, 140, () => harmless('a'));
    for (let call = 0; call < 30; call += 1) {
      expect(await ask()).toMatchObject({ value: { hasQuorum: true, answers: [{ providerId: 'a' }, {}] } });
    }
    expect(asked()).toEqual(['a']);
  });

  it('does not blame a vendor for what it could not do in the leavings of one that hangs', async () => {
    const { ask, clock, vendors, lookup } = setUp({ a: hang, b: undefined, c: undefined });
    const [, b] = vendors;
    if (b !== undefined) b.script = () => later(clock, 120, () => harmless('b'));
    for (let call = 0; call < 10; call += 1) await ask();
    expect(lookup.lanes.map((lane) => lane.report().breaker)).toEqual(['open', 'closed', 'closed']);
    expect(await ask()).toMatchObject({ ms: 120, value: { answers: [{ providerId: 'b' }, {}] } });
  });

  it('cuts off a vendor that hangs behind one that fails at once', async () => {
    const { ask, lookup } = setUp({ a: failWith('PROVIDER_BAD_RESPONSE'), b: hang, c: undefined });
    for (let call = 0; call < 10; call += 1) await ask();
    expect(lookup.lanes.map((lane) => lane.report().breaker)).toEqual(['open', 'open', 'closed']);
  });

  it('asks the next one when one says nothing of risk, or only repeats a source', async () => {
    const clock = new FakeClock();
    const echo = (id: string) => new ScriptedProvider(id, undefined, { source: 'x' });
    const placed = new ScriptedProvider('placed', () => intelligence({}, { providerId: 'placed' }));
    const providers = [placed, echo('a'), echo('b'), new ScriptedProvider('c'), new ScriptedProvider('d')];
    const lookup = new ProviderLookup({ providers, clock, strategy: 'fallback', quorum: 2 });
    expect(await lookup.lookup(address)).toMatchObject({
      hasQuorum: true,
      answers: [{ providerId: 'placed' }, { providerId: 'a' }, { providerId: 'b' }, { providerId: 'c' }],
      failures: [{ providerId: 'placed', code: 'NO_DATA' }],
    });
  });

  it('ends with the deadline when everybody hangs, and offline alone is no verdict', async () => {
    const { ask, clock } = setUp({ a: hang, b: hang, c: hang });
    const { value, ms } = await ask();
    expect(ms).toBe(300);
    expect(value).toMatchObject({ hasQuorum: false, answers: [{ providerId: 'offline' }] });
    expect(value.failures).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  it('goes on until as many have answered as the quorum is', async () => {
    const { ask, asked } = setUp(
      { a: undefined, b: failWith('PROVIDER_QUOTA'), c: undefined, d: undefined },
      { quorum: 2 },
    );
    const { value } = await ask();
    expect(asked()).toEqual(['a', 'b', 'c']);
    expect(value.answers.map(({ providerId }) => providerId)).toEqual(['a', 'c', 'offline']);
    expect(value).toMatchObject({ hasQuorum: true, failures: [{ providerId: 'b' }] });
  });

  it('has no verdict when one of a quorum of two is missing', async () => {
    const { ask } = setUp({ a: undefined, b: failWith('PROVIDER_QUOTA') }, { quorum: 2 });
    expect((await ask()).value).toMatchObject({ hasQuorum: false });
  });

  it('asks offline providers always, and beside the vendors', async () => {
    const { ask, offline } = setUp({ a: hang, b: hang });
    await ask();
    expect(offline.asked).toEqual(['8.8.8.8']);
  });
});

import { FakeClock } from '../../../../test/support/fake-clock.js';
import { later, settled, timed } from '../../../../test/support/fake-time.js';
import { fact, intelligence } from '../../../../test/support/intelligence.js';
import { harmless } from '../../../../test/support/scripted-provider.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext } from '../ip-intelligence-provider.js';
import { NO_FACTS, type IpIntelligence } from '../ip-intelligence.js';
import { FakeProvider } from '../proving/fake-provider.js';
import type { ProviderLookupOptions } from './lookup-options.js';
import type { LookupOutcome } from './lookup-outcome.js';
import { ProviderLookup } from './provider-lookup.js';

const FAKE = new FakeProvider();
const address = parseIpAddress('8.8.8.8') as IpAddress;
const clock = new FakeClock();

function provider(
  id: string,
  lookup: IpIntelligenceProvider['lookup'],
  kind: IpIntelligenceProvider['kind'] = 'vendor',
): IpIntelligenceProvider {
  return { id, kind, lookup, health: () => ({ status: 'up', details: {} }) };
}

const answering = (id: string, kind?: IpIntelligenceProvider['kind']) =>
  provider(id, () => intelligence({ isAnonymousVpn: true }, { providerId: id }), kind);
const hanging = (id: string, seen: LookupContext[] = []) =>
  provider(id, (_, context) => {
    seen.push(context);
    return new Promise(() => undefined);
  });
const failing = (id: string) =>
  provider(id, () => {
    throw new ProviderError(id, 'PROVIDER_QUOTA');
  });

const lookup = (providers: readonly IpIntelligenceProvider[], more: Partial<ProviderLookupOptions> = {}) =>
  new ProviderLookup({ providers, clock, ...more });

describe('ProviderLookup', () => {
  it('answers within the call when every provider is offline and answers at once', () => {
    expect(lookup([answering('a', 'offline')]).lookup(address)).toMatchObject({ hasQuorum: true, failures: [] });
  });

  it('keeps what arrives before the deadline and names what does not', async () => {
    const pending = lookup([answering('a'), hanging('b')], { deadlineMs: 300 }).lookup(
      address,
    ) as Promise<LookupOutcome>;
    let settled = false;
    void pending.then(() => (settled = true));
    clock.advance(299);
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    clock.advance(1);
    expect(await pending).toMatchObject({
      hasQuorum: true,
      failures: [{ providerId: 'b', code: 'PROVIDER_TIMEOUT' }],
      answers: [{ providerId: 'a' }],
    });
  });

  it('does not wait for the deadline once everybody has answered, and leaves no timer behind', async () => {
    await lookup([answering('a'), failing('b')]).lookup(address);
    expect(clock.pending).toBe(0);
  });

  it('asks vendors at once and takes as long as the slowest', async () => {
    const own = new FakeClock();
    const after = (id: string, ms: number) => provider(id, () => later(own, ms, () => harmless(id)));
    const vendors = new ProviderLookup({ providers: [after('a', 120), after('b', 250), after('c', 30)], clock: own });
    const { value, ms } = await timed(own, vendors.lookup(address));
    expect(ms).toBe(250);
    expect(value).toMatchObject({ hasQuorum: true, failures: [] });
    expect(value.answers.map(({ providerId }) => providerId)).toEqual(['a', 'b', 'c']);
  });

  it('lets no answer that comes late change what was decided on', async () => {
    const own = new FakeClock();
    const late = provider('a', () => later(own, 500, () => harmless('a')));
    const { value } = await timed(own, new ProviderLookup({ providers: [late], clock: own }).lookup(address));
    own.advance(1000);
    await settled();
    expect(value).toMatchObject({ hasQuorum: false, answers: [], failures: [{ code: 'PROVIDER_TIMEOUT' }] });
  });

  it('aborts providers nobody waits for any more', async () => {
    const seen: LookupContext[] = [];
    const pending = lookup([hanging('a', seen)]).lookup(address);
    clock.advance(300);
    await pending;
    expect(seen[0]?.signal.aborted).toBe(true);
  });

  it('turns a throw, a rejection and anything that is not a ProviderError into a failure', async () => {
    const throwing = provider('b', () => {
      throw new Error('boom');
    });
    const rejecting = provider('c', () => Promise.reject(new ProviderError('c', 'PROVIDER_UNAUTHORIZED')));
    expect(await lookup([failing('a'), throwing, rejecting]).lookup(address)).toEqual({
      answers: [],
      askedVendors: true,
      hasQuorum: false,
      failures: [
        { providerId: 'a', code: 'PROVIDER_QUOTA' },
        { providerId: 'b', code: 'PROVIDER_BAD_RESPONSE' },
        { providerId: 'c', code: 'PROVIDER_UNAUTHORIZED' },
      ],
    });
  });

  it('takes an answer that knows nothing for no verdict', () => {
    const blank = provider(
      'a',
      () => ({ providerId: 'a', facts: NO_FACTS, location: undefined, network: undefined }),
      'offline',
    );
    expect(lookup([blank]).lookup(address)).toMatchObject({
      hasQuorum: false,
      failures: [{ providerId: 'a', code: 'NO_DATA' }],
    });
  });

  it('counts a vendor only that says something of risk, and keeps the location of one that does not', async () => {
    const placed = (id: string) => provider(id, () => intelligence({}, { providerId: id }));
    expect(await lookup([placed('a')]).lookup(address)).toMatchObject({
      hasQuorum: false,
      answers: [{ providerId: 'a', network: { asn: 64496 } }],
      failures: [{ providerId: 'a', code: 'NO_DATA' }],
    });
    expect(await lookup([placed('a'), answering('b')]).lookup(address)).toMatchObject({
      hasQuorum: true,
      answers: [{ providerId: 'a' }, { providerId: 'b' }],
      failures: [{ providerId: 'a', code: 'NO_DATA' }],
    });
  });

  it('takes a fact that is false, and a score, for a word on risk', async () => {
    const score = { card: FAKE.scorecard, rows: [{ code: 'X', points: 0, detail: 'x' }] };
    for (const answer of [harmless('a'), intelligence({}, { providerId: 'a', score })]) {
      const outcome = await lookup([provider('a', () => answer)]).lookup(address);
      expect(outcome).toMatchObject({ hasQuorum: true, failures: [] });
    }
  });

  it('takes a location alone for a verdict of offline data, which lists what is bad', () => {
    const placed = provider('a', () => intelligence({}, { providerId: 'a' }), 'offline');
    expect(lookup([placed]).lookup(address)).toMatchObject({ hasQuorum: true, failures: [] });
  });

  it.each([
    ['that their providers name', 'x', undefined],
    ['that their answers name', undefined, 'x'],
  ])('counts vendors of one source %s once', async (_, source, named) => {
    const echo = (id: string): IpIntelligenceProvider => ({
      ...provider(id, () => ({ ...harmless(id), source: named })),
      ...(source === undefined ? {} : { source }),
    });
    const two = { quorum: 2 };
    const pair = [echo('a'), echo('b'), failing('c')];
    expect(await lookup(pair, two).lookup(address)).toMatchObject({ hasQuorum: false, answers: [{}, {}] });
    expect(await lookup([...pair, answering('d')], two).lookup(address)).toMatchObject({ hasQuorum: true });
    expect(lookup([...pair], two).isQuorum(['a', 'b'])).toBe(source === undefined);
    expect(lookup([...pair], two).isQuorum(['a', 'c'])).toBe(true);
  });

  it('takes an answer for slow that needs four fifths of the deadline, where the vendor says nothing of it', async () => {
    const own = new FakeClock();
    const answerAfter = async (ms: number) => {
      const slow = provider('a', () => later(own, ms, () => harmless('a')));
      const engine = new ProviderLookup({ providers: [slow], clock: own });
      for (let call = 0; call < 20; call += 1) await timed(own, engine.lookup(address));
      return engine.lanes[0]?.report().breaker;
    };
    expect([await answerAfter(230), await answerAfter(240)]).toEqual(['closed', 'open']);
  });

  it('takes a location and a network without a single field for no knowledge', () => {
    const hollow = provider(
      'a',
      () => intelligence({}, { providerId: 'a', network: { asn: undefined, organization: undefined, isp: undefined } }),
      'offline',
    );
    expect(lookup([hollow]).lookup(address)).toMatchObject({ hasQuorum: false, failures: [{ code: 'NO_DATA' }] });
  });

  it.each([NaN, -0.1, 1.1, Infinity])('refuses an answer with a confidence of %d', (confidence) => {
    const broken = provider(
      'a',
      () => intelligence({ isTorExitNode: fact(true, confidence) }, { providerId: 'a' }),
      'offline',
    );
    expect(lookup([broken]).lookup(address)).toMatchObject({
      answers: [],
      failures: [{ providerId: 'a', code: 'PROVIDER_BAD_RESPONSE' }],
    });
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'clean'],
    ['no facts', { providerId: 'a' }],
    ['null for facts', { providerId: 'a', facts: null }],
    ['a fact that is text', { ...intelligence({}), providerId: 'a', facts: { isTorExitNode: 'false' } }],
    [
      'a fact whose value is text',
      { ...intelligence({}), providerId: 'a', facts: { isTorExitNode: { ...fact(true), value: 'true' } } },
    ],
    ['a latitude of NaN', { ...intelligence({}), providerId: 'a', location: { latitude: NaN, longitude: 0 } }],
    ['a country in lower case', { ...intelligence({}), providerId: 'a', location: { countryCode: 'kp' } }],
    ['null for a location', { ...intelligence({}), providerId: 'a', location: null }],
  ])('refuses %s for an answer, given at once or promised', async (_, answer) => {
    const refused = { hasQuorum: false, failures: [{ providerId: 'a', code: 'PROVIDER_BAD_RESPONSE' }] };
    const given = answer as unknown as IpIntelligence;
    expect(lookup([provider('a', () => given, 'offline')]).lookup(address)).toMatchObject(refused);
    expect(await lookup([provider('a', () => Promise.resolve(given))]).lookup(address)).toMatchObject(refused);
  });

  it('waits for a promise of another library as for its own', async () => {
    const thenable = {
      then: (resolve: (value: IpIntelligence) => void) => {
        resolve(harmless('a'));
      },
    };
    const foreign = provider('a', () => thenable as unknown as Promise<IpIntelligence>, 'offline');
    expect(await lookup([foreign]).lookup(address)).toMatchObject({ hasQuorum: true });
  });

  it('refuses an answer that comes under the name of another provider', () => {
    const impostor = provider('a', () => harmless('b'), 'offline');
    expect(lookup([impostor]).lookup(address)).toMatchObject({
      hasQuorum: false,
      failures: [{ providerId: 'a', code: 'PROVIDER_BAD_RESPONSE' }],
    });
  });

  it('counts vendors towards the quorum where there are any, and offline providers where there are none', async () => {
    expect(await lookup([answering('a', 'offline'), failing('b')]).lookup(address)).toMatchObject({ hasQuorum: false });
    expect(await lookup([answering('a'), failing('b')], { quorum: 2 }).lookup(address)).toMatchObject({
      hasQuorum: false,
    });
    expect(await lookup([answering('a'), answering('b')], { quorum: 2 }).lookup(address)).toMatchObject({
      hasQuorum: true,
    });
  });

  it.each([
    ['no provider', [], {}, /providers: the list is empty/],
    ['two of one id', [answering('a'), answering('a')], {}, /same id/],
    ['a quorum nobody can reach', [answering('a')], { quorum: 2 }, /quorum: 2/],
    ['a quorum of none', [answering('a')], { quorum: 0 }, /quorum: 0/],
    ['a deadline longer than a timer', [answering('a')], { deadlineMs: 2 ** 31 }, /deadlineMs: 2147483648/],
    ['a deadline of NaN', [answering('a')], { deadlineMs: NaN }, /deadlineMs: NaN/],
  ] as const)('refuses %s when it is made', (_, providers, more, sentence) => {
    expect(() => lookup(providers, more)).toThrow(InvalidConfigurationError);
    expect(() => lookup(providers, more)).toThrow(sentence);
  });
});

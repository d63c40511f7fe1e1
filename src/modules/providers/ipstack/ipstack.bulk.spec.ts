import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { BulkLookup } from '../ip-intelligence-provider.js';
import { ipstack } from './ipstack.provider.js';

const addressesOf = (texts: readonly string[]) => texts.map((text) => parseIpAddress(text) as IpAddress);
const record = (ip: string) => ({ ip, country_code: 'US' });
const refusal = (code: number) => ({ success: false, error: { code } });

/** @param answer the body for the addresses of a call, with an HTTP status other than 200 beside it */
function setUp(answer: (ips: readonly string[]) => unknown, status = 200) {
  const paths: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const { pathname } = new URL(new Request(input, init).url);
    paths.push(pathname);
    const body = answer(decodeURIComponent(pathname.slice(1)).split(','));
    const headers = { 'content-type': 'application/json' };
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers }));
  };
  const bulk = ipstack({ key: 'key', clock: new FakeClock(), fetch }).bulk as BulkLookup;
  const lookup = async (...texts: string[]) => {
    const results = await bulk.lookup(addressesOf(texts), lookupContext({ deadlineAt: 0 }));
    return results.map((result) => (result instanceof ProviderError ? result.code : result.location?.countryCode));
  };
  return { bulk, lookup, paths };
}

/** A plan without bulk lookups. */
const smallPlan = (ips: readonly string[]) => (ips.length > 1 ? refusal(303) : record(ips[0] ?? ''));

describe('ipstack in bulk', () => {
  it('asks for up to 50 addresses in one call, joined by a comma as it is', async () => {
    const { bulk, lookup, paths } = setUp((ips) => ips.map(record));
    expect(bulk.size).toBe(50);
    expect(await lookup('8.8.8.8', '2001:4860:4860::8888')).toEqual(['US', 'US']);
    expect(paths).toEqual(['/8.8.8.8,2001%3A4860%3A4860%3A%3A8888']);
  });

  it('believes an item only about the address it was asked for', async () => {
    const { lookup } = setUp(() => [record('8.8.8.8'), record('9.9.9.9'), refusal(106), 7, null]);
    expect(await lookup('8.8.8.8', '8.8.4.4', '1.0.0.1', '1.1.1.1', '9.9.9.9', '9.9.9.10')).toEqual([
      'US',
      'PROVIDER_BAD_RESPONSE',
      'PROVIDER_BAD_INPUT',
      'PROVIDER_BAD_RESPONSE',
      'PROVIDER_BAD_RESPONSE',
      'PROVIDER_BAD_RESPONSE',
    ]);
  });

  it.each([
    [record('8.8.8.8'), 'PROVIDER_BAD_RESPONSE'],
    [refusal(104), 'PROVIDER_QUOTA'],
    [refusal(302), 'PROVIDER_BAD_RESPONSE'],
  ])('fails as a whole when it is answered %j: %s', async (body, code) => {
    await expect(setUp(() => body).lookup('8.8.8.8', '8.8.4.4')).rejects.toMatchObject({ code });
  });

  it('asks about a single address, and about none, without a list', async () => {
    const { lookup, paths } = setUp((ips) => record(ips[0] ?? ''));
    expect(await lookup('8.8.8.8')).toEqual(['US']);
    expect(await lookup()).toEqual([]);
    expect(paths).toEqual(['/8.8.8.8']);
  });

  it('asks one by one where the plan has no bulk, and remembers that', async () => {
    const { lookup, paths } = setUp(smallPlan);
    expect(await lookup('8.8.8.8', '8.8.4.4')).toEqual(['US', 'US']);
    expect(await lookup('1.1.1.1', '1.0.0.1')).toEqual(['US', 'US']);
    expect(paths).toEqual(['/8.8.8.8,8.8.4.4', '/8.8.8.8', '/8.8.4.4', '/1.1.1.1', '/1.0.0.1']);
  });

  it('knows that refusal under another HTTP status as well', async () => {
    const { lookup, paths } = setUp(() => refusal(303), 403);
    expect(await lookup('8.8.8.8', '8.8.4.4')).toEqual(['PROVIDER_UNAUTHORIZED', 'PROVIDER_UNAUTHORIZED']);
    expect(paths).toEqual(['/8.8.8.8,8.8.4.4', '/8.8.8.8', '/8.8.4.4']);
  });

  it('goes on after one address fails, and stops when the quota is spent', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => `8.8.8.${index}`);
    const oneBad = setUp((ips) => (ips[0] === '8.8.8.1' && ips.length === 1 ? refusal(106) : smallPlan(ips)));
    const results = await oneBad.lookup(...texts);
    expect(results.filter((result) => result === 'US')).toHaveLength(11);
    expect(results[1]).toBe('PROVIDER_BAD_INPUT');

    const spent = setUp((ips) => (ips[0] === '8.8.8.5' ? refusal(104) : smallPlan(ips)));
    expect((await spent.lookup(...texts)).slice(4)).toEqual([
      'US',
      'PROVIDER_QUOTA',
      'US',
      'US',
      ...Array.from({ length: 4 }, () => 'PROVIDER_QUOTA'),
    ]);
    expect(spent.paths).toHaveLength(1 + 8);
  });
});

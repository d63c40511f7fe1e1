import { failureOfStatus, type VendorAnswer } from '../../../common/http/vendor-answer.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { apiverveFailure, endpointData, quotaIn, RequestAllowance } from './apiverve.response.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const answer = (headers: Record<string, string>, status = 200): VendorAnswer => ({
  status,
  body: { status: 'ok', data: {} },
  header: (name) => headers[name],
});
const readExit = (data: unknown) =>
  endpointData({ status: 'ok', error: null, data }, parseIpAddress('185.220.101.1') as IpAddress);

describe('apiverveFailure', () => {
  const RATE = 'Rate limit exceeded. Max 5 requests per minute.';

  it.each([
    [400, 'Invalid IP', {}, 'PROVIDER_BAD_INPUT', undefined],
    [400, 'Invalid API key', {}, 'PROVIDER_UNAUTHORIZED', undefined],
    [401, 'API key is required', {}, 'PROVIDER_UNAUTHORIZED', undefined],
    [403, 'Account suspended', {}, 'PROVIDER_UNAUTHORIZED', undefined],
    [403, 'Insufficient credits', {}, 'PROVIDER_QUOTA', undefined],
    [402, '', {}, 'PROVIDER_QUOTA', undefined],
    [402, '', { 'x-api-renewal': '2026-01-02T00:00:00Z' }, 'PROVIDER_QUOTA', 86_400_000],
    [429, 'Your credits have been depleted', {}, 'PROVIDER_QUOTA', undefined],
    [429, 'credits depleted', { 'retry-after': '9' }, 'PROVIDER_QUOTA', 9000],
    [429, '', { 'x-api-remaining-tokens': '0' }, 'PROVIDER_QUOTA', undefined],
    [429, RATE, {}, 'PROVIDER_RATE_LIMITED', 60_000],
    [429, RATE, { 'x-api-remaining-tokens': '0' }, 'PROVIDER_RATE_LIMITED', 60_000],
    [429, RATE, { 'x-rate-limit-reset': '42', 'retry-after': '7' }, 'PROVIDER_RATE_LIMITED', 42_000],
    [429, RATE, { 'retry-after': '7' }, 'PROVIDER_RATE_LIMITED', 7000],
    [429, '', { 'x-rate-limit-reset': '1790000000' }, 'PROVIDER_RATE_LIMITED', 60_000],
    [500, '', {}, 'PROVIDER_UNREACHABLE', undefined],
    [503, '', { 'retry-after': '3' }, 'PROVIDER_UNREACHABLE', 3000],
    [200, RATE, {}, 'PROVIDER_RATE_LIMITED', 60_000],
    [200, 'Unauthorized', {}, 'PROVIDER_UNAUTHORIZED', undefined],
    [200, '', {}, 'PROVIDER_BAD_RESPONSE', undefined],
  ])('reads HTTP %i "%s" %j as %s', (status, error, headers, code, retryAfterMs) => {
    const refused = { ...answer(headers, status), body: { status: 'error', error, data: null } };
    expect(apiverveFailure(refused, NOW) ?? failureOfStatus(refused)).toEqual({ code, retryAfterMs });
  });

  it('reads the words also where they stand in a message, and the status inside the envelope', () => {
    const saying = (body: object) => apiverveFailure({ ...answer({}), body: { status: 'error', ...body } }, NOW)?.code;
    expect(saying({ error: 'Refused', message: 'Rate limit exceeded' })).toBe('PROVIDER_RATE_LIMITED');
    expect(saying({ error: 'x', code: 400 })).toBe('PROVIDER_BAD_INPUT');
    expect(saying({ error: 'x', code: 7 })).toBe('PROVIDER_BAD_RESPONSE');
    expect(saying({ error: { text: 'x' } })).toBe('PROVIDER_BAD_RESPONSE');
  });

  it('finds none in an answer', () => {
    expect(apiverveFailure(answer({ 'x-api-remaining-tokens': '0' }), NOW)).toBeUndefined();
  });
});

describe('endpointData', () => {
  it('takes the address in any spelling, and an answer that names none', () => {
    const address = parseIpAddress('2001:db8::1') as IpAddress;
    for (const data of [{ ip: '2001:0DB8::0:1' }, { ipAddress: '2001:db8:0:0:0:0:0:1' }, { ip: null }, {}]) {
      expect(endpointData({ status: 'ok', data }, address)).toBeDefined();
    }
  });

  it.each([
    { ip: '8.8.8.8' },
    { ipAddress: '8.8.8.8' },
    { ip: 'localhost' },
    { ip: 7 },
    { ip: '185.220.101.1', ip_address: '8.8.8.8' },
    { ipDetails: { ip: '8.8.8.8' } },
  ])('takes %j for no answer about the asked address', (data) => {
    expect(readExit({ isTor: true, ...data })).toBeUndefined();
  });

  it.each([null, [], 'text', 7, undefined])('takes the data %j for no answer', (data) => {
    expect(readExit(data)).toBeUndefined();
  });
});

describe('quotaIn', () => {
  it('knows nothing where the vendor says nothing', () => {
    expect(quotaIn(answer({}), NOW)).toBeUndefined();
    expect(quotaIn(answer({ 'x-api-remaining-tokens': 'unlimited' }), NOW)).toBeUndefined();
  });

  it.each([
    ['2026-01-02', 86_400_000],
    ['2026-01-01T01:00:00.000Z', 3_600_000],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    [String(NOW + 5000), 5000],
    [String(NOW / 1000 + 5), 5000],
    ['3600', 3_600_000],
    ['2025-12-31', undefined],
    [String(NOW - 1), undefined],
    ['monthly', undefined],
    ['2026-99-99', undefined],
    ['', undefined],
  ])('reads the renewal "%s" as %s milliseconds from now', (renewal, resetAfterMs) => {
    const quota = quotaIn(answer({ 'x-api-remaining-tokens': '12', 'x-api-renewal': renewal }), NOW);
    expect(quota).toEqual(resetAfterMs === undefined ? { remaining: 12 } : { remaining: 12, resetAfterMs });
  });
});

describe('RequestAllowance', () => {
  const saysLeft = (count: number) => answer({ 'x-rate-limit-remaining': String(count) });

  it('allows everything until an answer says how many are left', () => {
    const allowance = new RequestAllowance();
    for (let count = 0; count < 100; count += 1) expect(allowance.take(4, NOW)).toBe(0);
    allowance.heed(saysLeft(3), undefined, NOW);
    expect(allowance.take(4, NOW + 1000)).toBe(60_000);
    expect(allowance.take(3, NOW + 1000)).toBe(0);
  });

  it('counts the least number of parallel answers', () => {
    const allowance = new RequestAllowance();
    allowance.take(4, NOW);
    for (const left of [3, 1, 2, 4]) allowance.heed(saysLeft(left), undefined, NOW);
    expect(allowance.take(4, NOW)).toBe(61_000);
  });

  it('allows what is left, and begins anew with the next minute', () => {
    const allowance = new RequestAllowance();
    allowance.take(4, NOW);
    allowance.heed(saysLeft(8), undefined, NOW);
    expect([1, 2, 3].map(() => allowance.take(4, NOW))).toEqual([0, 0, 61_000]);
    expect(allowance.take(4, NOW + 60_999)).toBe(1);
    expect(allowance.take(4, NOW + 61_000)).toBe(0);
  });

  it('knows the plan before the first answer where it is told', () => {
    const allowance = new RequestAllowance(9);
    expect([1, 2, 3].map(() => allowance.take(4, NOW))).toEqual([0, 0, 61_000]);
  });

  it('waits as long as a refusal says', () => {
    const allowance = new RequestAllowance();
    allowance.take(4, NOW);
    allowance.heed(answer({}, 429), { code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 42_000 }, NOW);
    expect(allowance.take(4, NOW + 2000)).toBe(40_000);
    expect(allowance.take(4, NOW + 42_000)).toBe(0);
  });

  it('is not held up by a clock that was set back', () => {
    const allowance = new RequestAllowance();
    allowance.heed(answer({}, 429), { code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 42_000 }, NOW);
    expect(allowance.take(4, NOW - 1)).toBe(0);
  });
});

import { failureOfStatus, retryAfterOf, secondsIn, wholeNumberIn, type VendorAnswer } from './vendor-answer.js';

function answer(status: number, headers: Readonly<Record<string, string>> = {}): VendorAnswer {
  return { status, body: {}, header: (name) => headers[name] };
}

describe('failureOfStatus', () => {
  it.each([200, 201, 204, 299])('takes %i for an answer', (status) => {
    expect(failureOfStatus(answer(status))).toBeUndefined();
  });

  it.each([
    [400, 'PROVIDER_BAD_INPUT'],
    [401, 'PROVIDER_UNAUTHORIZED'],
    [402, 'PROVIDER_QUOTA'],
    [403, 'PROVIDER_UNAUTHORIZED'],
    [408, 'PROVIDER_TIMEOUT'],
    [422, 'PROVIDER_BAD_INPUT'],
    [423, 'PROVIDER_BAD_INPUT'],
    [429, 'PROVIDER_RATE_LIMITED'],
    [500, 'PROVIDER_UNREACHABLE'],
    [503, 'PROVIDER_UNREACHABLE'],
  ])('names %i %s', (status, code) => {
    expect(failureOfStatus(answer(status))).toEqual({ code, retryAfterMs: undefined });
  });

  it.each([0, 199, 301, 302, 304, 418])('takes %i for no answer of the vendor', (status) => {
    expect(failureOfStatus(answer(status))?.code).toBe('PROVIDER_BAD_RESPONSE');
  });

  it('tells a vendor that knows nothing of an address, in words of its own, from a page about a wrong URL', () => {
    expect(failureOfStatus(answer(404))?.code).toBe('PROVIDER_BAD_INPUT');
    expect(failureOfStatus({ ...answer(404), body: undefined })?.code).toBe('PROVIDER_BAD_RESPONSE');
  });

  it('hands on when the vendor may be asked again', () => {
    expect(failureOfStatus(answer(429, { 'retry-after': '7' }))?.retryAfterMs).toBe(7000);
    expect(failureOfStatus(answer(503, { 'retry-after': '0' }))?.retryAfterMs).toBe(0);
  });
});

describe('retryAfterOf', () => {
  it.each(['Wed, 21 Oct 2026 07:28:00 GMT', '-1', '1.5', '', 'soon', '1e3', '9'.repeat(16)])(
    'does not read "%s"',
    (text) => {
      expect(retryAfterOf(answer(429, { 'retry-after': text }))).toBeUndefined();
    },
  );
});

describe('wholeNumberIn and secondsIn', () => {
  it('read digits, also between blanks', () => {
    expect([wholeNumberIn('42'), wholeNumberIn(' 42 '), secondsIn('42')]).toEqual([42, 42, 42_000]);
  });

  it('read nothing where there is nothing', () => {
    expect([wholeNumberIn(undefined), secondsIn(undefined)]).toEqual([undefined, undefined]);
  });
});

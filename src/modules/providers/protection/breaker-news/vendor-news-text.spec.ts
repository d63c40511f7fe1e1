import fc from 'fast-check';
import { PAUSE_CODES, type VendorNews } from './breaker-news.js';
import { readVendorNews, writeVendorNews } from './vendor-news-text.js';

const paused = { from: 'a', kind: 'paused', providerId: 'ipstack', code: 'PROVIDER_QUOTA', pauseMs: 1000 };

describe('readVendorNews', () => {
  it.each<VendorNews>([
    { kind: 'suspected', providerId: 'ipstack' },
    { kind: 'paused', providerId: 'ipstack', code: 'PROVIDER_QUOTA', pauseMs: 900_000 },
    { kind: 'paused', providerId: 'ipstack', code: 'PROVIDER_RATE_LIMITED', pauseMs: 0.5 },
  ])('reads what another process wrote: %j', (news) => {
    expect(readVendorNews(writeVendorNews(news, 'a'), 'b')).toEqual(news);
    expect(readVendorNews(writeVendorNews(news, 'a'), 'a')).toBeUndefined();
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', '{"from":'],
    ['no object', '[]'],
    ['null', 'null'],
    ['nobody’s', JSON.stringify({ ...paused, from: undefined })],
    ['no vendor', JSON.stringify({ ...paused, providerId: 7 })],
    ['another kind', JSON.stringify({ ...paused, kind: 'resumed' })],
    ['a pause for no reason of the account', JSON.stringify({ ...paused, code: 'PROVIDER_TIMEOUT' })],
    ['a pause of no length', JSON.stringify({ ...paused, pauseMs: undefined })],
    ['a pause of NaN', JSON.stringify({ ...paused, pauseMs: NaN })],
    ['a pause without end', JSON.stringify(paused).replace('1000', '1e999')],
    ['a pause of less than nothing', JSON.stringify({ ...paused, pauseMs: -1 })],
    ['a length in text', JSON.stringify({ ...paused, pauseMs: '1000' })],
    ['fields of a prototype', `{"__proto__":${JSON.stringify(paused)}}`],
    ['more than there is to say', JSON.stringify({ ...paused, more: 'x'.repeat(600) })],
  ])('takes no notice of %s', (_, text) => {
    expect(readVendorNews(text, 'b')).toBeUndefined();
  });

  it('makes of any text news that is sound, or none', () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            from: fc.constantFrom('a', 'b', 1, null),
            kind: fc.oneof(fc.constantFrom('paused', 'suspected'), fc.anything()),
            providerId: fc.oneof(fc.string(), fc.anything()),
            code: fc.oneof(fc.constantFrom(...PAUSE_CODES), fc.anything()),
            pauseMs: fc.oneof(fc.double(), fc.anything()),
          },
          { requiredKeys: [] },
        )
        .map((record) => JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value))),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const news = readVendorNews(text, 'b');
        if (news === undefined) return;
        expect(typeof news.providerId).toBe('string');
        if (news.kind === 'paused') {
          expect(PAUSE_CODES).toContain(news.code);
          expect(Number.isFinite(news.pauseMs) && news.pauseMs >= 0).toBe(true);
        } else expect(news.kind).toBe('suspected');
      }),
      { numRuns: 2000 },
    );
  });
});

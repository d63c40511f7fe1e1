import fc from 'fast-check';
import { EntrySeal } from '../../../../common/redis/entry-seal.js';
import { PAUSE_CODES, type VendorNews } from './breaker-news.js';
import { LONGEST_TEXT, VendorNewsText } from './vendor-news-text.js';

const PLACE = 'place';
const SECRET = 'a-secret-of-the-tests';
const seal = new EntrySeal(SECRET);
const textsOf = (self: string, more: Partial<ConstructorParameters<typeof VendorNewsText>[0]> = {}) =>
  new VendorNewsText({ seal, self, accountOf: (id) => `account-of-${id}`, ...more });
const writer = textsOf('a');
const reader = textsOf('b');

const account = 'account-of-ipstack';
const paused = { from: 'a', account, kind: 'paused', providerId: 'ipstack', code: 'PROVIDER_QUOTA', pauseMs: 1000 };
const suspected: VendorNews = { kind: 'suspected', providerId: 'ipstack' };

describe('VendorNewsText', () => {
  it.each<VendorNews>([
    suspected,
    { kind: 'paused', providerId: 'ipstack', code: 'PROVIDER_QUOTA', pauseMs: 900_000 },
    { kind: 'paused', providerId: 'ipstack', code: 'PROVIDER_RATE_LIMITED', pauseMs: 0.5 },
  ])('reads what another process wrote: %j', (news) => {
    const text = writer.write(PLACE, news);
    expect(text.length).toBeLessThan(LONGEST_TEXT);
    expect([reader.read(PLACE, text), writer.read(PLACE, text)]).toEqual([news, undefined]);
  });

  it('reads nothing of another account, of another place, or under another seal', () => {
    const text = writer.write(PLACE, suspected);
    expect(reader.read(PLACE, text)).toEqual(suspected);
    const others = [textsOf('b', { accountOf: () => 'another' }), textsOf('b', { seal: new EntrySeal() })];
    expect(others.map((texts) => texts.read(PLACE, text))).toEqual([undefined, undefined]);
    expect(reader.read('another', text)).toBeUndefined();
    const unsealed = text.slice(text.indexOf('{'));
    const byNobody = textsOf('a', { seal: new EntrySeal() }).write(PLACE, suspected);
    expect([unsealed, byNobody].map((forged) => reader.read(PLACE, forged))).toEqual([undefined, undefined]);
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['null', null],
    ['nobody’s', { ...paused, from: undefined }],
    ['no account’s', { ...paused, account: undefined }],
    ['no vendor', { ...paused, providerId: 7 }],
    ['another kind', { ...paused, kind: 'resumed' }],
    ['a pause for no reason of the account', { ...paused, code: 'PROVIDER_TIMEOUT' }],
    ['a pause of no length', { ...paused, pauseMs: undefined }],
    ['a pause of NaN', { ...paused, pauseMs: NaN }],
    ['a pause of less than nothing', { ...paused, pauseMs: -1 }],
    ['a length in text', { ...paused, pauseMs: '1000' }],
    ['fields of a prototype', JSON.parse(`{"__proto__":${JSON.stringify(paused)}}`) as unknown],
    ['more than there is to say', { ...paused, more: 'x'.repeat(600) }],
  ])('takes no notice of %s, though it is sealed', (_, note) => {
    expect(reader.read(PLACE, seal.close(PLACE, paused))).toBeDefined();
    expect(reader.read(PLACE, seal.close(PLACE, note))).toBeUndefined();
  });

  it.each(['', '{', '[]', JSON.stringify(paused)])('takes no notice of %j', (text) => {
    expect(reader.read(PLACE, text)).toBeUndefined();
  });

  it('makes of any sealed note news that is sound, or none', () => {
    const anyNote = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          from: fc.constantFrom('a', 'b', 1, null),
          account: fc.constantFrom(account, 'another', 1, null),
          kind: fc.oneof(fc.constantFrom('paused', 'suspected'), fc.jsonValue()),
          providerId: fc.oneof(fc.constantFrom('ipstack', '__proto__'), fc.jsonValue()),
          code: fc.oneof(fc.constantFrom(...PAUSE_CODES), fc.jsonValue()),
          pauseMs: fc.oneof(fc.double(), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(anyNote, (note) => {
        const news = reader.read(PLACE, seal.close(PLACE, note));
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

import fc from 'fast-check';
import { fact, inCountry, intelligence } from '../../../test/support/intelligence.js';
import { ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { PROVIDER_ERROR_CODES } from '../../common/errors/ip-risk.error.js';
import { FACT_NAMES, isIntelligence, type IpIntelligence } from '../providers/ip-intelligence.js';
import type { ProviderFailure } from '../providers/protection/provider-result.js';
import { readSharedOutcome, sharedOutcome } from './shared-outcome.js';

const providers = [new ScriptedProvider('one'), new ScriptedProvider('two')];
const card = {
  bands: [
    { from: 0, label: 'fine', action: 'allow' },
    { from: 75, label: 'bad', action: 'block' },
  ],
} as const;
const full: IpIntelligence = intelligence(
  { isTorExitNode: { ...fact(true, 0.9), lastSeen: '2026-01-01' }, isMobile: false },
  {
    providerId: 'one',
    source: 'fraud',
    isPartial: true,
    location: { ...inCountry('DE'), city: 'Köln', latitude: 50.9, longitude: 6.9, accuracyRadiusKm: 20 },
    score: { card, rows: [{ code: 'FRAUD_SCORE', points: 80, detail: 'as given' }] },
  },
);
const failure: ProviderFailure = { providerId: 'two', code: 'PROVIDER_TIMEOUT', retryAfterMs: 9 };

const share = (answers: readonly IpIntelligence[], failures: readonly ProviderFailure[] = []): unknown =>
  JSON.parse(JSON.stringify(sharedOutcome({ answers, failures, hasQuorum: true, askedVendors: true }, providers)));
const read = (data: unknown) => readSharedOutcome(data, providers);

/** The sound outcome with one place changed. */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const data = share([full], [failure]);
  const parent = path.slice(0, -1).reduce((at, name) => (at as Record<string, unknown>)[name], data);
  (parent as Record<string, unknown>)[path.at(-1) ?? ''] = value;
  return data;
}

describe('readSharedOutcome', () => {
  it("reads what was shared, failures first, and nothing that would be another process's business", () => {
    expect(read(share([full], [failure]))).toEqual([{ providerId: 'two', code: 'PROVIDER_TIMEOUT' }, full]);
  });

  it('reads every sound outcome as it was', () => {
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const text = fc.string({ minLength: 1, maxLength: 40 }).filter((word) => word.trim() === word);
    const facts = fc.record(
      Object.fromEntries(
        FACT_NAMES.map((name) => [
          name,
          maybe(fc.record({ value: fc.boolean(), confidence: fc.double({ min: 0, max: 1, noNaN: true }) })),
        ]),
      ),
    );
    const answer = fc
      .record({ facts, city: maybe(text), asn: maybe(fc.nat()), latitude: maybe(fc.integer({ min: -90, max: 90 })) })
      .map(({ facts: stated, city, asn, latitude }): IpIntelligence => {
        const all = Object.entries(stated).map(([name, one]) => [
          name,
          one && { ...one, confidence: one.confidence + 0, evidence: 'e', lastSeen: undefined },
        ]);
        return {
          providerId: 'one',
          facts: Object.fromEntries(all) as IpIntelligence['facts'],
          location: { ...inCountry('SE'), city, latitude },
          network: { asn, organization: undefined, isp: undefined },
          score: undefined,
        };
      });
    fc.assert(
      fc.property(answer, fc.constantFrom(...PROVIDER_ERROR_CODES, 'NO_DATA' as const), (said, code) => {
        expect(read(share([said], [{ providerId: 'two', code }]))).toEqual([{ providerId: 'two', code }, said]);
      }),
    );
  });

  it('shares what a provider wrote without signs that do not belong into a log', () => {
    const city = 'Bad\u0000\u2028\nCity';
    const [answer] = read(share([{ ...full, location: { ...inCountry('DE'), city } }])) ?? [];
    expect(answer).toMatchObject({ location: { city: 'Bad   City' } });
  });

  it('reads points by the card that this process has', () => {
    const own = { bands: [{ from: 0, label: 'ours', action: 'allow' }] } as const;
    const [one] = providers;
    const mine = Object.assign(new ScriptedProvider('one'), { scorecard: own });
    expect(readSharedOutcome(share([full]), [mine])).toMatchObject([{ score: { card: own } }]);
    expect(readSharedOutcome(share([full]), one === undefined ? [] : [one])).toMatchObject([{ score: { card } }]);
  });

  it.each<[string, readonly (string | number)[], unknown]>([
    ['a stranger', ['answers', 0, 'providerId'], 'stranger'],
    ["a stranger's failure", ['failures', 0, 'providerId'], 'stranger'],
    ['an unknown code', ['failures', 0, 'code'], 'ALL_FINE'],
    ['a fact that is text', ['answers', 0, 'facts', 'isTorExitNode', 'value'], 'false'],
    ['a confidence above 1', ['answers', 0, 'facts', 'isTorExitNode', 'confidence'], 1.01],
    ['a negative confidence', ['answers', 0, 'facts', 'isTorExitNode', 'confidence'], -1],
    ['NaN, which JSON writes as null', ['answers', 0, 'facts', 'isTorExitNode', 'confidence'], null],
    ['Infinity', ['answers', 0, 'location', 'latitude'], Infinity],
    ['a latitude off the globe', ['answers', 0, 'location', 'latitude'], 91],
    ['a country in another form', ['answers', 0, 'location', 'countryCode'], 'Germany'],
    ['a country in lower case', ['answers', 0, 'location', 'countryCode'], 'de'],
    ['a network that is text', ['answers', 0, 'network', 'asn'], '64496'],
    ['a fact that nobody knows', ['answers', 0, 'facts', 'isHarmless'], { value: true }],
    ['facts that are a list', ['answers', 0, 'facts'], []],
    ['a location that is null', ['answers', 0, 'location'], null],
    ['no answers', ['answers'], []],
    ['answers that are no list', ['answers'], {}],
    ['more answers than there are providers', ['answers'], Array(33).fill(full)],
    ['failures that are missing', ['failures'], undefined],
    ['points that are text', ['answers', 0, 'score', 'rows', 0, 'points'], '80'],
    ['points without a measure', ['answers', 0, 'score', 'rows', 0, 'points'], 1e300],
    ['half a point', ['answers', 0, 'score', 'rows', 0, 'points'], 0.5],
    ['bands that descend', ['answers', 0, 'score', 'card', 'bands', 1, 'from'], -1],
    ['text with a line break', ['answers', 0, 'location', 'city'], 'a\nb'],
    ['text that is too long', ['answers', 0, 'location', 'city'], 'a'.repeat(257)],
    ['a flag that is text', ['answers', 0, 'isPartial'], 'false'],
    ['another field', ['answers', 0, 'verdict'], 'allow'],
    ['a prototype', ['answers', 0, 'facts'], JSON.parse('{"__proto__":{"isTorExitNode":{"value":false}}}')],
  ])('takes nothing of what holds %s', (_, path, value) => {
    expect(read(changed(path, value))).toBeUndefined();
  });

  it('never throws, whatever JSON it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (any, other) => {
        for (const data of [any, { answers: any, failures: other }, { answers: [any], failures: [] }]) {
          expect(read(data)).toBeUndefined();
        }
      }),
    );
  });

  it('gives sound answers or nothing, wherever a sound outcome is damaged', () => {
    const places: (readonly (string | number)[])[] = [];
    const walk = (at: unknown, path: readonly (string | number)[]): void => {
      if (path.length > 0) places.push(path);
      if (typeof at !== 'object' || at === null) return;
      for (const [name, inner] of Object.entries(at)) walk(inner, [...path, name]);
    };
    walk(share([full], [failure]), []);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (path, value) => {
        const result = read(changed(path, value));
        for (const settled of result ?? []) {
          if ('facts' in settled) expect(isIntelligence(settled)).toBe(true);
          else expect(settled).toMatchObject({ providerId: expect.stringMatching(/^(one|two)$/) as string });
        }
        expect(JSON.stringify(result ?? [])).not.toMatch(/\\u00[01]|\u2028|\\n/);
      }),
      { numRuns: 500 },
    );
  });
});

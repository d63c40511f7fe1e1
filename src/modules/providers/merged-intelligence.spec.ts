import fc from 'fast-check';
import { fact, intelligence } from '../../../test/support/intelligence.js';
import { mergeIntelligence } from './merged-intelligence.js';

const saying = (providerId: string, value: boolean, confidence = 1) =>
  intelligence({ isAnonymousVpn: fact(value, confidence) }, { providerId });
const silent = (providerId: string) => intelligence({}, { providerId });

describe('mergeIntelligence', () => {
  it('leaves unknown what nobody answers', () => {
    expect(mergeIntelligence([silent('a'), silent('b')]).facts.isAnonymousVpn).toBeUndefined();
  });

  it('does not let silence count against a yes', () => {
    const { isAnonymousVpn } = mergeIntelligence([silent('a'), silent('b'), saying('c', true, 0.4)]).facts;
    expect(isAnonymousVpn).toMatchObject({ value: true, confidence: 0.4, isDisputed: false });
  });

  it('follows the side with more confidence and records the dispute', () => {
    const { isAnonymousVpn } = mergeIntelligence([
      saying('a', false, 0.9),
      saying('b', true, 0.5),
      saying('c', true, 0.6),
    ]).facts;
    expect(isAnonymousVpn).toMatchObject({ value: true, confidence: 0.6, isDisputed: true });
    expect(isAnonymousVpn?.claims.map(({ providerId }) => providerId)).toEqual(['b', 'c', 'a']);
  });

  it('takes the riskier side when both are equally sure', () => {
    expect(mergeIntelligence([saying('a', false, 0.7), saying('b', true, 0.7)]).facts.isAnonymousVpn?.value).toBe(true);
  });

  it('gives the same facts in whatever order the providers answer', () => {
    const claim = fc.record({ value: fc.boolean(), confidence: fc.constantFrom(0, 0.25, 0.5, 0.75, 1) });
    fc.assert(
      fc.property(fc.array(claim, { minLength: 1, maxLength: 5 }), fc.nat(), (claims, seed) => {
        const answers = claims.map(({ value, confidence }, index) => saying(`p${index}`, value, confidence));
        const turned = [...answers.slice(seed % answers.length), ...answers.slice(0, seed % answers.length)];
        const [one, other] = [answers, turned].map((list) => mergeIntelligence(list).facts.isAnonymousVpn);
        expect(one).toMatchObject({
          value: other?.value,
          confidence: other?.confidence,
          isDisputed: other?.isDisputed,
        });
      }),
    );
  });

  it('fills location and network field by field in order of preference', () => {
    const first = intelligence({}, { network: { asn: 1, organization: undefined, isp: undefined } });
    const second = intelligence({}, { network: { asn: 2, organization: 'Second', isp: undefined } });
    expect(mergeIntelligence([first, second]).network).toEqual({ asn: 1, organization: 'Second', isp: undefined });
  });
});

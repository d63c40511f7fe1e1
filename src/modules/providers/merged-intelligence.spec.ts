import fc from 'fast-check';
import { fact, inCountry, intelligence } from '../../../test/support/intelligence.js';
import type { IpIntelligence } from './ip-intelligence.js';
import { mergeIntelligence } from './merged-intelligence.js';

const saying = (providerId: string, value: boolean, confidence = 1, source?: string) =>
  intelligence({ isAnonymousVpn: fact(value, confidence) }, { providerId, source });
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

  it('lets a certain entry stand against any number of lists that do not have it, and a guess fall', () => {
    const noes = ['a', 'b', 'c', 'd'].map((id) => saying(id, false, 0.5));
    expect(mergeIntelligence([saying('tor-list', true), ...noes]).facts.isAnonymousVpn).toMatchObject({
      value: true,
      confidence: 1,
      isDisputed: true,
    });
    expect(mergeIntelligence([saying('guess', true, 0.6), ...noes]).facts.isAnonymousVpn?.value).toBe(false);
  });

  it('gives providers of one source one voice, the surest of theirs', () => {
    const isVpn = (...answers: IpIntelligence[]) => mergeIntelligence(answers).facts.isAnonymousVpn;
    const beltic = saying('beltic', true, 0.6, 'ipqualityscore');
    const ipqualityscore = saying('ipqualityscore', true, 0.6, 'ipqualityscore');
    expect(isVpn(beltic, ipqualityscore, saying('ipstack', false, 0.9))).toMatchObject({
      value: false,
      confidence: 0.9,
      isDisputed: true,
    });
    expect(isVpn(beltic, saying('abuseipdb', true, 0.6), saying('ipstack', false, 0.9))).toMatchObject({ value: true });
    expect(isVpn(beltic, saying('ipqualityscore', false, 0.7, 'ipqualityscore'))).toMatchObject({
      value: false,
      isDisputed: true,
    });
    expect(isVpn(beltic, saying('ipqualityscore', false, 0.6, 'ipqualityscore'))).toMatchObject({ value: true });
  });

  it('names everybody who said something, whoever spoke for the source', () => {
    const { isAnonymousVpn } = mergeIntelligence([
      saying('beltic', true, 0.5, 'ipqualityscore'),
      saying('ipqualityscore', true, 0.6, 'ipqualityscore'),
      saying('ipstack', false, 0.9),
    ]).facts;
    expect(isAnonymousVpn?.claims.map(({ providerId }) => providerId)).toEqual(['ipstack', 'beltic', 'ipqualityscore']);
  });

  it('takes the id of a provider that names no source for its source', () => {
    const answers = [saying('a', true, 0.6), saying('b', true, 0.6, 'a'), saying('c', false, 0.9)];
    expect(mergeIntelligence(answers).facts.isAnonymousVpn?.value).toBe(false);
  });

  it('gives the same facts in whatever order the providers answer, of one source or of many', () => {
    const claim = fc.record({
      value: fc.boolean(),
      confidence: fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
      source: fc.constantFrom('x', 'y', undefined),
    });
    fc.assert(
      fc.property(fc.array(claim, { minLength: 1, maxLength: 5 }), fc.nat(), (claims, seed) => {
        const answers = claims.map(({ value, confidence, source }, index) =>
          saying(`p${index}`, value, confidence, source),
        );
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

  it('hands one answer on as it is, with one list for all that nobody disputes', () => {
    const only = intelligence({}, { location: inCountry('DE') });
    const { location, network, countryClaims } = mergeIntelligence([only]);
    expect(location).toBe(only.location);
    expect(network).toBe(only.network);
    expect(countryClaims).toBe(mergeIntelligence([only, only]).countryClaims);
  });

  it('joins location, network and the dispute about the country of several', () => {
    const answers = ['US', 'AU'].map((code) => intelligence({}, { providerId: code, location: inCountry(code) }));
    const { location, network, countryClaims } = mergeIntelligence(answers);
    expect(location).toEqual(inCountry('US'));
    expect(network).toEqual({ asn: 64496, organization: 'Example', isp: 'Example' });
    expect(countryClaims).toHaveLength(2);
  });
});

import { FakeClock } from '../../../test/support/fake-clock.js';
import { inCountry, intelligence } from '../../../test/support/intelligence.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import type { IpIntelligence } from '../providers/ip-intelligence.js';
import type { ProviderScore } from '../providers/provider-score.js';
import { DEFAULT_COMBINER } from '../scoring/score-combiner.js';
import { OutcomeAssessor } from './outcome-assessor.js';

const ADDRESS = parseIpAddress('8.8.8.8') as IpAddress;
const score: ProviderScore = { card: { bands: [{ from: 0, label: 'low', action: 'allow' }] }, rows: [] };

const answer = (providerId: string, countryCode?: string, more: Partial<IpIntelligence> = {}) =>
  intelligence({}, { providerId, location: inCountry(countryCode), ...more });

function assessed(answers: readonly IpIntelligence[], hasQuorum = true) {
  const assessor = new OutcomeAssessor(new FakeClock(), DEFAULT_COMBINER);
  return assessor.assess(ADDRESS, { answers, failures: [], hasQuorum, askedVendors: true });
}

describe('OutcomeAssessor', () => {
  it('names the providers that answered in part, and calls the assessment degraded', () => {
    const answers = [answer('a'), answer('b', undefined, { isPartial: true })];
    expect(assessed(answers)).toMatchObject({ status: 'degraded', partialProviders: ['b'], providers: ['a', 'b'] });
    expect(assessed(answers, false)).toMatchObject({ status: 'unavailable', partialProviders: ['b'] });
    expect(assessed([answer('a')])).toMatchObject({ status: 'complete', partialProviders: [] });
  });

  it('gives each opinion its own provider’s country and says whether it is a part', () => {
    const answers = [
      answer('a', 'US', { score, isPartial: true }),
      answer('b', 'AU', { score, source: 'a' }),
      answer('c', undefined, { score }),
      answer('d', 'US'),
    ];
    expect(assessed(answers).opinions).toEqual([
      { providerId: 'a', source: 'a', score, countryCode: 'US', isPartial: true },
      { providerId: 'b', source: 'a', score, countryCode: 'AU', isPartial: false },
      { providerId: 'c', source: 'c', score, countryCode: undefined, isPartial: false },
    ]);
  });

  it('keeps who says which country where they differ', () => {
    expect(assessed([answer('a', 'US'), answer('b', 'AU')])).toMatchObject({
      location: { countryCode: 'US' },
      countryClaims: [
        { providerId: 'a', countryCode: 'US' },
        { providerId: 'b', countryCode: 'AU' },
      ],
    });
  });

  it('shares the lists that are empty for nearly every address', () => {
    const [one, other] = [assessed([answer('a', 'US')]), assessed([answer('b', 'AU')])];
    expect(one.partialProviders).toBe(other.partialProviders);
    expect(one.countryClaims).toBe(other.countryClaims);
    expect(one.opinions).toBe(other.opinions);
  });
});

import { ProviderError } from '../../src/common/errors/ip-risk.error.js';
import type { FailureReader } from '../../src/common/http/vendor-answer.js';
import { parseIpAddress, type IpAddress } from '../../src/common/ip/ip-address.js';
import { flagIn, objectIn, recordOf, textIn, type JsonRecord } from '../../src/common/json/json-fields.js';
import type { IpIntelligenceProvider } from '../../src/modules/providers/ip-intelligence-provider.js';
import { NO_FACTS, type Fact, type IpIntelligence } from '../../src/modules/providers/ip-intelligence.js';
import type { ProviderScorecard } from '../../src/modules/providers/provider-score.js';
import type { VendorSubject, WireRequest } from '../../src/modules/providers/proving/contract-subject.js';
import { statement } from '../../src/modules/providers/statement.js';
import { vendorFactory, vendorLimits, vendorSetup, type VendorOptions } from '../../src/modules/providers/vendor.js';

const EXAMPLE = { name: 'example', keyVariable: 'EXAMPLE_API_KEY', variablePrefix: 'EXAMPLE' };

/** The places in which the example can be broken. */
export interface ExampleParts {
  readonly failureIn: FailureReader;
  readonly recordAbout: (address: IpAddress, body: unknown) => JsonRecord | undefined;
  readonly torFact: (record: JsonRecord) => Fact | undefined;
  readonly card: ProviderScorecard;
}

/** The example's own. */
export const EXAMPLE_PARTS: ExampleParts = {
  failureIn: () => undefined,
  recordAbout: ({ text }, body) => {
    const record = recordOf(body);
    return parseIpAddress(textIn(record, 'ip') ?? '')?.text === text ? record : undefined;
  },
  torFact: (record) => statement(flagIn(objectIn(record, 'flags'), 'is_tor'), 'is_tor'),
  card: {
    bands: [
      { from: 0, label: 'fine', action: 'allow' },
      { from: 75, label: 'bad', action: 'block' },
    ],
  },
};

function intelligenceOf(id: string, record: JsonRecord, { torFact, card }: ExampleParts): IpIntelligence {
  const isTorExitNode = torFact(record);
  const rows = [{ code: 'TOR', points: 75, detail: 'is_tor' }];
  const score = isTorExitNode?.value === true ? { card, rows } : undefined;
  return { providerId: id, facts: { ...NO_FACTS, isTorExitNode }, location: undefined, network: undefined, score };
}

/** A vendor as small as they come, with some of its parts replaced. Its bulk lookup keeps all of them. */
export const exampleWith = (replaced: Partial<ExampleParts> = {}) =>
  vendorFactory(EXAMPLE, (options: VendorOptions): IpIntelligenceProvider => {
    const parts = { ...EXAMPLE_PARTS, ...replaced };
    const { failureIn } = parts;
    const { id, key, http } = vendorSetup(EXAMPLE, options, { baseUrl: 'https://api.example.com', failureIn });
    const headers = { 'X-Api-Key': key };
    return {
      id,
      kind: 'vendor',
      scorecard: parts.card,
      limits: vendorLimits(options),
      lookup: async (address, context) => {
        const { body } = await http.call({ path: '/check', query: { ip: address.text }, headers }, context);
        const record = parts.recordAbout(address, body);
        if (record === undefined) throw new ProviderError(id, 'PROVIDER_BAD_RESPONSE');
        return intelligenceOf(id, record, parts);
      },
      bulk: {
        size: 10,
        lookup: async (addresses, context) => {
          const json = addresses.map(({ text }) => text);
          const { body } = await http.call({ path: '/bulk', json, headers }, context);
          if (!Array.isArray(body)) throw new ProviderError(id, 'PROVIDER_BAD_RESPONSE');
          return addresses.map((address, index) => {
            const record = EXAMPLE_PARTS.recordAbout(address, body[index]);
            if (record === undefined) return new ProviderError(id, 'PROVIDER_BAD_RESPONSE');
            return intelligenceOf(id, record, { ...parts, torFact: EXAMPLE_PARTS.torFact });
          });
        },
      },
      health: () => ({ status: 'up', details: {} }),
    };
  });

export const example = exampleWith();

export const exampleRecord = (ip: string | null) => ({ ip, flags: { is_tor: true } });

/** What the example's vendor says to any request. */
export const exampleAnswer = ({ url, body }: WireRequest): unknown =>
  url.pathname.endsWith('/bulk')
    ? (JSON.parse(body) as string[]).map(exampleRecord)
    : exampleRecord(url.searchParams.get('ip'));

/** A provider of the example's vendor, to be proven without much patience. */
export const exampleSubject = (create: VendorSubject['create']): VendorSubject => ({
  create,
  answer: exampleAnswer,
  patienceMs: 100,
});

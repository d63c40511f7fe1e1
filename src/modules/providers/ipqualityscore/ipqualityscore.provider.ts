import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { VendorHttpClient } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import { recordOf } from '../../../common/json/json-fields.js';
import { FRAUD_SCORE_SOURCE, FRAUD_SCORECARD } from '../fraud-score.js';
import type {
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
} from '../ip-intelligence-provider.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import { vendorFactory, vendorLimits, vendorSetup, type VendorDefinition, type VendorOptions } from '../vendor.js';
import { toIntelligence } from './ipqualityscore.mapper.js';
import { ipqualityscoreFailure } from './ipqualityscore.response.js';

/** The defaults are the mildest the vendor has: whoever is wrongly refused does not come back to say so. */
export interface IpqualityscoreOptions extends VendorOptions {
  /** 0-3; higher finds more and is wrong more often. @default 0 */
  readonly strictness?: number;
  /** Spares schools, companies and other networks that many people share. @default true */
  readonly allowPublicAccessPoints?: boolean;
  /** Lower scores for addresses that good and bad senders share. @default true */
  readonly lighterPenalties?: boolean;
}

const VENDOR: VendorDefinition = { name: 'ipqualityscore', keyVariable: 'IPQS_API_KEY', variablePrefix: 'IPQS' };

/**
 * IPQualityScore's proxy detection.
 *
 * @throws InvalidConfigurationError
 */
export const ipqualityscore = vendorFactory<IpqualityscoreOptions>(
  VENDOR,
  (options) => new IpqualityscoreProvider(options),
);

class IpqualityscoreProvider implements IpIntelligenceProvider {
  readonly id: string;
  readonly kind = 'vendor';
  readonly source = FRAUD_SCORE_SOURCE;
  readonly scorecard = FRAUD_SCORECARD;
  readonly limits: ProviderLimits;
  readonly #key: string;
  readonly #http: VendorHttpClient;
  readonly #settings: Readonly<Record<string, string>>;

  constructor(options: IpqualityscoreOptions) {
    const { strictness = 0, allowPublicAccessPoints = true, lighterPenalties = true } = options;
    if (!Number.isInteger(strictness) || strictness < 0 || strictness > 3) {
      throw new InvalidConfigurationError('ipqualityscore: strictness must be 0, 1, 2 or 3.');
    }
    const setup = vendorSetup(VENDOR, options, {
      baseUrl: 'https://www.ipqualityscore.com',
      failureIn: ipqualityscoreFailure,
    });
    this.id = setup.id;
    this.limits = vendorLimits(options);
    this.#key = setup.key;
    this.#http = setup.http;
    this.#settings = {
      strictness: String(strictness),
      allow_public_access_points: String(allowPublicAccessPoints),
      lighter_penalties: String(lighterPenalties),
    };
  }

  async lookup({ text }: IpAddress, context: LookupContext): Promise<IpIntelligence> {
    // In the form with the address in the path, the key stands before it; only this one takes the key as a header.
    const query = { ip: text, ...this.#settings };
    const answer = await this.#http.call({ path: '/api/json/ip', query, headers: { 'IPQS-KEY': this.#key } }, context);
    const body = recordOf(answer.body);
    if (body === undefined) throw new ProviderError(this.id, 'PROVIDER_BAD_RESPONSE');
    return toIntelligence(this.id, body);
  }

  health(): ProviderHealth {
    return { status: 'up', details: {} };
  }
}

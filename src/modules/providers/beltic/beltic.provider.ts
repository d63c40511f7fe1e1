import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { VendorHttpClient } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import { FRAUD_SCORE_SOURCE, FRAUD_SCORECARD } from '../fraud-score.js';
import type {
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
} from '../ip-intelligence-provider.js';
import { knowsNothing, type IpIntelligence } from '../ip-intelligence.js';
import { vendorFactory, vendorLimits, vendorSetup, type VendorDefinition, type VendorOptions } from '../vendor.js';
import { toIpIntelligence } from './beltic.mapper.js';
import { belticRecordIn } from './beltic.response.js';

export type BelticOptions = VendorOptions;

const VENDOR: VendorDefinition = { name: 'beltic', keyVariable: 'BELTIC_API_KEY', variablePrefix: 'BELTIC' };

class BelticProvider implements IpIntelligenceProvider {
  readonly id: string;
  readonly kind = 'vendor';
  readonly source = FRAUD_SCORE_SOURCE;
  readonly scorecard = FRAUD_SCORECARD;
  readonly limits: ProviderLimits;
  readonly #key: string;
  readonly #http: VendorHttpClient;

  constructor(options: BelticOptions) {
    const { id, key, http } = vendorSetup(VENDOR, options, { baseUrl: 'https://api.beltic.com' });
    this.id = id;
    this.#key = key;
    this.#http = http;
    this.limits = vendorLimits(options);
  }

  async lookup(address: IpAddress, context: LookupContext): Promise<IpIntelligence> {
    const call = { path: '/v1/ips/risk', headers: { 'X-Api-Key': this.#key }, json: { ip_address: address.text } };
    const { body } = await this.#http.call(call, context);
    const intelligence = toIpIntelligence(belticRecordIn(body), this.id);
    // Its documentation promises a score for every address: an answer without anything is some other JSON.
    if (knowsNothing(intelligence)) throw new ProviderError(this.id, 'PROVIDER_BAD_RESPONSE');
    return intelligence;
  }

  health(): ProviderHealth {
    return { status: 'up', details: {} };
  }
}

/** Asks Beltic. */
export const beltic = vendorFactory<BelticOptions>(VENDOR, (options) => new BelticProvider(options));

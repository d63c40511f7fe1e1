import { systemClock, type Clock } from '../../../common/clock/clock.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { VendorHttpClient } from '../../../common/http/vendor-http-client.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { textIn } from '../../../common/json/json-fields.js';
import type {
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
} from '../ip-intelligence-provider.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import { vendorFactory, vendorLimits, vendorSetup, type VendorDefinition, type VendorOptions } from '../vendor.js';
import { toIntelligence } from './abuseipdb.mapper.js';
import { abuseipdbFailures, dataIn, quotaIn } from './abuseipdb.response.js';
import { ABUSEIPDB_SCORECARD } from './abuseipdb.scorecard.js';

export interface AbuseipdbOptions extends VendorOptions {
  /** Reports that are older do not count: 1-365. @default 90 */
  readonly maxAgeInDays?: number;
}

const VENDOR: VendorDefinition = {
  name: 'abuseipdb',
  keyVariable: 'ABUSEIPDB_API_KEY',
  variablePrefix: 'ABUSEIPDB',
};

/**
 * AbuseIPDB, where administrators report the addresses that attacked them.
 *
 * @throws InvalidConfigurationError
 */
export const abuseipdb = vendorFactory<AbuseipdbOptions>(VENDOR, (options) => new AbuseipdbProvider(options));

class AbuseipdbProvider implements IpIntelligenceProvider {
  readonly id: string;
  readonly kind = 'vendor';
  readonly scorecard = ABUSEIPDB_SCORECARD;
  readonly limits: ProviderLimits;
  readonly #key: string;
  readonly #http: VendorHttpClient;
  readonly #clock: Clock;
  readonly #maxAgeInDays: string;

  constructor(options: AbuseipdbOptions) {
    const { maxAgeInDays = 90, clock = systemClock } = options;
    if (!Number.isInteger(maxAgeInDays) || maxAgeInDays < 1 || maxAgeInDays > 365) {
      throw new InvalidConfigurationError('abuseipdb: maxAgeInDays must be a whole number from 1 to 365.');
    }
    const failureIn = abuseipdbFailures(clock);
    const setup = vendorSetup(VENDOR, options, { baseUrl: 'https://api.abuseipdb.com', failureIn });
    this.id = setup.id;
    this.limits = vendorLimits(options);
    this.#key = setup.key;
    this.#http = setup.http;
    this.#clock = clock;
    this.#maxAgeInDays = String(maxAgeInDays);
  }

  async lookup({ text }: IpAddress, context: LookupContext): Promise<IpIntelligence> {
    const query = { ipAddress: text, maxAgeInDays: this.#maxAgeInDays };
    const answer = await this.#http.call({ path: '/api/v2/check', query, headers: { Key: this.#key } }, context);
    const quota = quotaIn(answer, this.#clock);
    if (quota !== undefined) context.onQuota(quota);
    const data = dataIn(answer);
    if (data === undefined || parseIpAddress(textIn(data, 'ipAddress') ?? '')?.text !== text) {
      throw new ProviderError(this.id, 'PROVIDER_BAD_RESPONSE');
    }
    return toIntelligence(this.id, data);
  }

  health(): ProviderHealth {
    return { status: 'up', details: {} };
  }
}

import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { CallContext, VendorHttpClient } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type {
  BulkLookup,
  IpIntelligenceProvider,
  ProviderHealth,
  ProviderLimits,
} from '../ip-intelligence-provider.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import { vendorFactory, vendorLimits, vendorSetup, type VendorOptions } from '../vendor.js';
import { ipgeolocationIntelligence } from './ipgeolocation.mapper.js';
import { ipgeolocationFailure, isRefusedEntry, securityIn } from './ipgeolocation.response.js';
import { IPGEOLOCATION_SCORECARD } from './ipgeolocation.scorecard.js';

/** Settings of {@link ipgeolocation}. */
export type IpgeolocationOptions = VendorOptions;

/** ipgeolocation.io, Security API v3: anonymisers by name, with confidence and date, and a threat score. Paid plans only. */
export const ipgeolocation = vendorFactory<IpgeolocationOptions>(
  { name: 'ipgeolocation', keyVariable: 'IPGEO_API_KEY', variablePrefix: 'IPGEO' },
  (options) => new IpgeolocationProvider(options),
);

const BASE_URL = 'https://api.ipgeolocation.io';
const CREDITS_PER_LOOKUP = 2;
/** The vendor takes 50,000; 500 keep the memory of one answer, some 300 kB, flat. */
const BULK_SIZE = 500;
const BULK_MAX_BYTES = 1024 * 1024;

class IpgeolocationProvider implements IpIntelligenceProvider {
  readonly kind = 'vendor';
  readonly id: string;
  readonly scorecard = IPGEOLOCATION_SCORECARD;
  readonly limits: ProviderLimits;
  readonly bulk: BulkLookup = {
    size: BULK_SIZE,
    lookup: (addresses, context) => this.#lookupMany(addresses, context),
  };
  readonly #key: string;
  readonly #http: VendorHttpClient;

  constructor(options: IpgeolocationOptions) {
    const { id, key, http } = vendorSetup(ipgeolocation.vendor, options, {
      baseUrl: BASE_URL,
      failureIn: ipgeolocationFailure,
    });
    this.id = id;
    this.#key = key;
    this.#http = http;
    this.limits = vendorLimits(options, {
      creditsPerLookup: CREDITS_PER_LOOKUP,
      // "Charged only when the request succeeds"; in bulk only the addresses that it accepts.
      chargesBadInput: false,
    });
  }

  async lookup(address: IpAddress, context: CallContext): Promise<IpIntelligence> {
    const { body } = await this.#http.call(
      { path: '/v3/security', query: { apiKey: this.#key, ip: address.text } },
      context,
    );
    const security = securityIn(body, address);
    if (security === undefined) throw new ProviderError(this.id, 'PROVIDER_BAD_RESPONSE');
    return ipgeolocationIntelligence(this.id, security);
  }

  health(): ProviderHealth {
    return { status: 'up', details: {} };
  }

  async #lookupMany(
    addresses: readonly IpAddress[],
    context: CallContext,
  ): Promise<readonly (IpIntelligence | ProviderError)[]> {
    if (addresses.length === 0) return [];
    const { body } = await this.#http.call(
      {
        path: '/v3/security-bulk',
        query: { apiKey: this.#key },
        json: { ips: addresses.map(({ text }) => text) },
        maxBytes: BULK_MAX_BYTES,
      },
      context,
    );
    if (!Array.isArray(body)) throw new ProviderError(this.id, 'PROVIDER_BAD_RESPONSE');
    const entries: readonly unknown[] = body;
    const isAligned = entries.length === addresses.length;
    return addresses.map((address, index) => this.#entryOf(entries[index], address, isAligned));
  }

  /** A refused entry has no address of its own: whose it is shows only in a list as long as the question. */
  #entryOf(entry: unknown, address: IpAddress, isAligned: boolean): IpIntelligence | ProviderError {
    const security = securityIn(entry, address);
    if (security !== undefined) return ipgeolocationIntelligence(this.id, security);
    const isRefused = isAligned && isRefusedEntry(entry);
    return new ProviderError(this.id, isRefused ? 'PROVIDER_BAD_INPUT' : 'PROVIDER_BAD_RESPONSE');
  }
}

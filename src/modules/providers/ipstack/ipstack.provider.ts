import { systemClock, type Clock } from '../../../common/clock/clock.js';
import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { VendorAnswer } from '../../../common/http/vendor-answer.js';
import type { VendorHttpClient } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type {
  BulkLookup,
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
} from '../ip-intelligence-provider.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import { vendorFactory, vendorLimits, vendorSetup, type VendorDefinition, type VendorOptions } from '../vendor.js';
import { toIpIntelligence } from './ipstack.mapper.js';
import { ipstackFailure, isBulkRefusal, recordAbout } from './ipstack.response.js';
import { IPSTACK_SCORECARD } from './ipstack.scorecard.js';

export type IpstackOptions = VendorOptions;

const VENDOR: VendorDefinition = { name: 'ipstack', keyVariable: 'IPSTACK_ACCESS_KEY', variablePrefix: 'IPSTACK' };

const BULK_SIZE = 50;
/** Single calls at a time where the plan has no bulk lookups. */
const BULK_LANES = 4;

/** After these the next single call would fail as well. */
const LASTING: ReadonlySet<string> = new Set(['PROVIDER_QUOTA', 'PROVIDER_UNAUTHORIZED', 'PROVIDER_RATE_LIMITED']);

type Result = IpIntelligence | ProviderError;

class IpstackProvider implements IpIntelligenceProvider {
  readonly id: string;
  readonly kind = 'vendor';
  readonly scorecard = IPSTACK_SCORECARD;
  readonly limits: ProviderLimits;
  readonly bulk: BulkLookup = {
    size: BULK_SIZE,
    lookup: (addresses, context) => this.#lookupMany(addresses, context),
  };
  readonly #key: string;
  readonly #http: VendorHttpClient;
  readonly #clock: Clock;
  /** Learned from the first refusal; a larger plan is noticed at the next start. */
  #isBulkRefused = false;

  constructor(options: IpstackOptions) {
    const { id, key, http } = vendorSetup(VENDOR, options, {
      baseUrl: 'https://api.ipstack.com',
      failureIn: (answer) => {
        if (isBulkRefusal(answer.body)) this.#isBulkRefused = true;
        return ipstackFailure(answer);
      },
    });
    this.id = id;
    this.#key = key;
    this.#http = http;
    this.#clock = options.clock ?? systemClock;
    this.limits = vendorLimits(options);
  }

  async lookup(address: IpAddress, context: LookupContext): Promise<IpIntelligence> {
    const answer = await this.#ask([address], context);
    const intelligence = this.#read(answer.body, address);
    if (intelligence === undefined) throw this.#badResponse();
    return intelligence;
  }

  health(): ProviderHealth {
    return { status: 'up', details: {} };
  }

  async #lookupMany(addresses: readonly IpAddress[], context: LookupContext): Promise<readonly Result[]> {
    // A list of one is answered as a single record.
    if (this.#isBulkRefused || addresses.length < 2) return this.#lookupEach(addresses, context);
    const results = await this.#lookupTogether(addresses, context).catch((error: unknown) => {
      if (!this.#isBulkRefused) throw error;
      return undefined;
    });
    return results ?? this.#lookupEach(addresses, context);
  }

  async #lookupTogether(addresses: readonly IpAddress[], context: LookupContext): Promise<readonly Result[]> {
    const answer = await this.#ask(addresses, context);
    const items: unknown = answer.body;
    if (!Array.isArray(items)) throw this.#badResponse();
    return addresses.map((address, index) => this.#readItem({ ...answer, body: items[index] }, address));
  }

  async #lookupEach(addresses: readonly IpAddress[], context: LookupContext): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (let start = 0; start < addresses.length; start += BULK_LANES) {
      const lasting = results.find((result) => result instanceof ProviderError && LASTING.has(result.code));
      const lane = addresses.slice(start, start + BULK_LANES);
      if (lasting !== undefined) results.push(...lane.map(() => lasting));
      else results.push(...(await Promise.all(lane.map((address) => this.#lookupOne(address, context)))));
    }
    return results;
  }

  async #lookupOne(address: IpAddress, context: LookupContext): Promise<Result> {
    try {
      return await this.lookup(address, context);
    } catch (error) {
      if (error instanceof ProviderError) return error;
      throw error;
    }
  }

  #ask(addresses: readonly IpAddress[], context: LookupContext): Promise<VendorAnswer> {
    // The comma between addresses is IPstack's sign for a list and travels as it is.
    const path = `/${addresses.map(({ text }) => encodeURIComponent(text)).join(',')}`;
    return this.#http.call({ path, query: { access_key: this.#key, security: '1' } }, context);
  }

  #readItem(item: VendorAnswer, address: IpAddress): Result {
    const failure = ipstackFailure(item);
    if (failure !== undefined) return new ProviderError(this.id, failure.code);
    return this.#read(item.body, address) ?? this.#badResponse();
  }

  #read(body: unknown, address: IpAddress): IpIntelligence | undefined {
    const record = recordAbout(address, body);
    return record === undefined ? undefined : toIpIntelligence(record, this.id, this.#clock.now());
  }

  #badResponse(): ProviderError {
    return new ProviderError(this.id, 'PROVIDER_BAD_RESPONSE');
  }
}

/** Asks IPstack. Its security facts and score need a plan with the security module. */
export const ipstack = vendorFactory<IpstackOptions>(VENDOR, (options) => new IpstackProvider(options));

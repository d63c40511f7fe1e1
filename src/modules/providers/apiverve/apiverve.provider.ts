import { systemClock, type Clock } from '../../../common/clock/clock.js';
import {
  InvalidConfigurationError,
  ProviderError,
  type ProviderErrorCode,
} from '../../../common/errors/ip-risk.error.js';
import type { CallContext, VendorHttpClient } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { JsonRecord } from '../../../common/json/json-fields.js';
import type {
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
  VendorQuota,
} from '../ip-intelligence-provider.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import { vendorFactory, vendorLimits, vendorSetup, type VendorOptions } from '../vendor.js';
import { apiverveIntelligence } from './apiverve.mapper.js';
import {
  apiverveFailure,
  endpointData,
  ENDPOINTS,
  quotaIn,
  RequestAllowance,
  type Endpoint,
} from './apiverve.response.js';
import { APIVERVE_SCORECARD } from './apiverve.scorecard.js';

/** Settings of {@link apiverve}. */
export interface ApiverveOptions extends VendorOptions {
  /** Requests that the plan allows in a minute, 5 on the free one; a lookup takes 4. @default what the answers say */
  readonly requestsPerMinute?: number;
}

/** APIVerve: four endpoints, asked at once, for VPN and data centre, Tor, blacklists and location. */
export const apiverve = vendorFactory<ApiverveOptions>(
  { name: 'apiverve', keyVariable: 'APIVERVE_KEY', variablePrefix: 'APIVERVE' },
  (options) => new ApiverveProvider(options),
);

const BASE_URL = 'https://api.apiverve.com';
/** Time kept before the deadline to hand over what came, when one endpoint hangs. */
const HANDOVER_MS = 20;
/** Timers count in 31 bits; a longer one fires at once. */
const MOST_TIMER_MS = 0x7fffffff;
/** Latest answers that the health report looks at. */
const KEPT_ANSWERS = 20;

/** When all endpoints failed, the first of these that is among them says most about why. */
const MOST_TELLING: readonly ProviderErrorCode[] = [
  'PROVIDER_UNAUTHORIZED',
  'PROVIDER_QUOTA',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_TIMEOUT',
  'PROVIDER_UNREACHABLE',
  'PROVIDER_BAD_RESPONSE',
  'PROVIDER_BAD_INPUT',
];

interface EndpointAnswer {
  readonly data: JsonRecord;
  readonly quota: VendorQuota | undefined;
}

type Outcomes = Readonly<Record<Endpoint, EndpointAnswer | ProviderError>>;

class ApiverveProvider implements IpIntelligenceProvider {
  readonly kind = 'vendor';
  readonly id: string;
  readonly scorecard = APIVERVE_SCORECARD;
  readonly limits: ProviderLimits;
  readonly #key: string;
  readonly #http: VendorHttpClient;
  readonly #clock: Clock;
  readonly #allowance: RequestAllowance;
  /** The endpoints that were missing from each of the latest answers. */
  readonly #missing: (readonly Endpoint[])[] = [];

  constructor(options: ApiverveOptions) {
    const { clock = systemClock, requestsPerMinute } = options;
    if (requestsPerMinute !== undefined && !(requestsPerMinute >= ENDPOINTS.length)) {
      throw new InvalidConfigurationError(
        `apiverve: requestsPerMinute must be a number of at least ${ENDPOINTS.length}, which one lookup takes.`,
      );
    }
    this.#clock = clock;
    this.#allowance = new RequestAllowance(requestsPerMinute);
    const { id, key, http } = vendorSetup(apiverve.vendor, options, {
      baseUrl: BASE_URL,
      failureIn: (answer) => {
        const failure = apiverveFailure(answer, clock.now());
        this.#allowance.heed(answer, failure, clock.now());
        return failure;
      },
    });
    this.id = id;
    this.#key = key;
    this.#http = http;
    this.limits = vendorLimits(options, { creditsPerLookup: ENDPOINTS.length });
  }

  async lookup(address: IpAddress, context: LookupContext): Promise<IpIntelligence> {
    const deadlineAt = context.deadlineAt - HANDOVER_MS;
    const now = this.#clock.now();
    if (now >= deadlineAt || context.signal.aborted) {
      throw new ProviderError(this.id, 'PROVIDER_TIMEOUT', { wasSent: false });
    }
    const retryAfterMs = this.#allowance.take(ENDPOINTS.length, now);
    if (retryAfterMs > 0) {
      throw new ProviderError(this.id, 'PROVIDER_RATE_LIMITED', { retryAfterMs, wasSent: false });
    }
    const outcomes = await this.#askAll(address, { signal: context.signal, deadlineAt });
    const quota = leastQuota(outcomes);
    if (quota !== undefined) context.onQuota(quota);
    const data: Partial<Record<Endpoint, JsonRecord>> = {};
    for (const endpoint of ENDPOINTS) {
      const outcome = outcomes[endpoint];
      if (!(outcome instanceof ProviderError)) data[endpoint] = outcome.data;
    }
    const missing = ENDPOINTS.filter((endpoint) => data[endpoint] === undefined);
    if (missing.length === ENDPOINTS.length) throw this.#mostTelling(outcomes);
    this.#missing.push(missing);
    if (this.#missing.length > KEPT_ANSWERS) this.#missing.shift();
    return apiverveIntelligence(this.id, data);
  }

  health(): ProviderHealth {
    const partial = this.#missing.filter((missing) => missing.length > 0);
    if (partial.length === 0) return { status: 'up', details: {} };
    const missing = ENDPOINTS.filter((endpoint) => partial.some((endpoints) => endpoints.includes(endpoint)));
    return {
      status: 'degraded',
      details: { partialAnswers: partial.length, latestAnswers: this.#missing.length, missing },
    };
  }

  /** Asks every endpoint at once and keeps what came when the time is up. Never rejects. */
  #askAll(address: IpAddress, { signal, deadlineAt }: CallContext): Promise<Outcomes> {
    const timedOut = new ProviderError(this.id, 'PROVIDER_TIMEOUT');
    const outcomes: Record<Endpoint, EndpointAnswer | ProviderError> = {
      vpndetector: timedOut,
      tordetect: timedOut,
      ipblacklistlookup: timedOut,
      iplookup: timedOut,
    };
    return new Promise((resolve) => {
      const abort = new AbortController();
      const finish = (): void => {
        cancelTimer();
        signal.removeEventListener('abort', finish);
        // What comes later may not change what was handed over.
        resolve({ ...outcomes });
        abort.abort();
      };
      const waitMs = deadlineAt - this.#clock.now();
      const cancelTimer = waitMs <= MOST_TIMER_MS ? this.#clock.after(waitMs, finish) : () => undefined;
      signal.addEventListener('abort', finish, { once: true });
      const asked = ENDPOINTS.map(async (endpoint) => {
        outcomes[endpoint] = await this.#ask(endpoint, address, { signal: abort.signal, deadlineAt });
      });
      void Promise.all(asked).then(finish);
    });
  }

  async #ask(endpoint: Endpoint, address: IpAddress, context: CallContext): Promise<EndpointAnswer | ProviderError> {
    try {
      const call = { path: `/v1/${endpoint}`, query: { ip: address.text }, headers: { 'x-api-key': this.#key } };
      const answer = await this.#http.call(call, context);
      const data = endpointData(answer.body, address);
      if (data !== undefined) return { data, quota: quotaIn(answer, this.#clock.now()) };
    } catch (error) {
      if (error instanceof ProviderError) return error;
    }
    return new ProviderError(this.id, 'PROVIDER_BAD_RESPONSE');
  }

  #mostTelling(outcomes: Outcomes): ProviderError {
    const failures = Object.values(outcomes).filter((outcome) => outcome instanceof ProviderError);
    const code = MOST_TELLING.find((each) => failures.some((failure) => failure.code === each));
    const same = failures.filter((failure) => failure.code === code);
    const waits = same.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
    return new ProviderError(this.id, code ?? 'PROVIDER_BAD_RESPONSE', {
      retryAfterMs: waits.length === 0 ? undefined : Math.max(...waits),
    });
  }
}

/** The answers arrive in any order: the least number is the latest. One endpoint's refusal is that endpoint's. */
function leastQuota(outcomes: Outcomes): VendorQuota | undefined {
  const quotas = Object.values(outcomes).flatMap((outcome) =>
    outcome instanceof ProviderError ? [] : (outcome.quota ?? []),
  );
  return quotas.sort((one, other) => one.remaining - other.remaining)[0];
}

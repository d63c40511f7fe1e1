import type { Clock } from '../../common/clock/clock.js';
import type { AssessmentCacheOptions } from '../assessment/assessment-cache.js';
import type { PolicySet } from '../policy/policy-file.js';
import type { PolicyRequest } from '../policy/resolve-policy.js';
import type { RiskDecision } from '../policy/risk-decision.js';
import type { IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import type { LookupStrategy } from '../providers/lookup/lookup-options.js';
import type { CreditLedger } from '../providers/protection/credit-ledger.js';
import type { ScoreCombiner } from '../scoring/score-combiner.js';

/** Settings of `IpRiskModule.forRoot`. The library reads no environment: what is not here does not exist. */
export interface IpRiskModuleOptions {
  /** In order of preference; at least one. `offline()` needs no account. */
  readonly providers: readonly IpIntelligenceProvider[];
  /**
   * Networks of your own proxies, as CIDRs or the names `loopback`, `linklocal`, `private`, `cloudflare`. Forwarded
   * headers from anybody else change nothing. @default [] (the socket's peer is the client)
   */
  readonly trustedProxies?: readonly string[];
  /**
   * The one header believed from a trusted proxy: `x-forwarded-for`, `forwarded`, or one that holds a single address,
   * such as `cf-connecting-ip`. @default 'x-forwarded-for'
   */
  readonly clientIpHeader?: string;
  /** @default readPolicyFile(), the policies that come with the package */
  readonly policies?: PolicySet;
  /** Vendors (without any: offline providers) that must answer for a verdict. @default 1 */
  readonly quorum?: number;
  /** Milliseconds that all providers together may take. @default 300 */
  readonly deadlineMs?: number;
  /**
   * `parallel`: every vendor at once. `fallback`: the next one, in order of preference, when one fails. `escalate`:
   * offline data alone, and vendors only where its score is near a threshold or the route asks. @default 'parallel'
   */
  readonly strategy?: LookupStrategy;
  /** Under `escalate`: points around a threshold that count as near, 0–100. @default 10 */
  readonly escalationBand?: number;
  /** How our own score and the providers' own scores become one. @default 'max' */
  readonly combiner?: ScoreCombiner['kind'];
  /** For `weighted`: provider ids, and `unified` for our own card, with weights of 0-1000. @default 1 for each */
  readonly weights?: ScoreCombiner['weights'];
  /** Milliseconds that one batch of a bulk lookup may take. @default 10000 */
  readonly bulkDeadlineMs?: number;
  /** Keeps the vendors' daily spending across restarts and processes. @default none: it begins anew with the process */
  readonly creditLedger?: CreditLedger;
  /** How many assessments are kept in memory, and how long they serve. */
  readonly cache?: AssessmentCacheOptions;
  /** What processes share: verdicts, budgets, what they know of vendors. @default none: each process is for itself */
  readonly redis?: SharedRedisOptions;
  /** Caps the paid lookups of new addresses. */
  readonly quotaBrake?: QuotaBrakeLimits;
  /** @default the system's clock */
  readonly clock?: Clock;
}

/** Redis, where processes share what they know. What it takes of a lookup's time is not added to the lookup's deadline. */
export interface SharedRedisOptions {
  /** `redis://`, `rediss://`, `redis+sentinel://…/name` or `redis+cluster://host:port,host:port`. */
  readonly url: string;
  /** Another Redis, which may evict, for all but the vendors' budgets. @default url */
  readonly cacheUrl?: string;
  /**
   * Seals what is shared and hides addresses in keys; the same for all processes. Without it whoever can write to Redis
   * can put verdicts there, and IPv4 addresses can be guessed out of keys.
   */
  readonly hashKey?: string;
  /** Milliseconds that one question to Redis may take, above 0 and at most the lookup's `deadlineMs`. @default 50, or a quarter of that where it is less */
  readonly deadlineMs?: number;
  /** Told of outages; the text holds no password. @default the logger */
  readonly warn?: (message: string) => void;
}

/** New addresses in an hour that may be looked up at vendors; `Infinity` for no cap. Renewals and bulk do not count. */
export interface QuotaBrakeLimits {
  /** Of one IPv6 /48. @default 256 */
  readonly perPrefix?: number;
  /** Of one autonomous system: more than your largest carrier brings you in an hour. @default 10000 */
  readonly perAsn?: number;
}

/** The request as the guard sees it: an Express request, a Fastify request, or anything with the same parts. */
export interface GuardedRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
  /** The decision on this request, for the handler. */
  ipRisk?: RiskDecision;
  /** True when the request is challenged and the route annotates: ask for a second factor. */
  requireMfa?: boolean;
}

// The application decides the type of its requests; `any` is what lets `(request: Request) => …` be written there.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AppRequest = any;

/** Metadata key under which a class or handler keeps its list of {@link IpRiskRouteOptions}. */
export const IP_RISK_ROUTE = Symbol('IP_RISK:ROUTE');

/** Options of `@IpRisk()`. A method's are merged over its class's. */
export interface IpRiskRouteOptions extends PolicyRequest {
  /** The user or account the request is about; goes into the decision. */
  readonly subject?: (request: AppRequest) => string | undefined;
  /** The country the caller states (billing, profile), ISO 3166-1 alpha-2. A difference to the address's country scores. */
  readonly claimedCountry?: (request: AppRequest) => string | undefined;
  /** True lets the request through unassessed; the decision says `skipped`. An exception here fails the request. */
  readonly skipIf?: (request: AppRequest) => boolean;
  /** The client's address where the application knows it better, such as behind a tunnel. Text that is no address is an unknown client. */
  readonly ip?: (request: AppRequest) => string | undefined;
  /** Under the strategy `escalate`: asks vendors whatever offline data says. @default false */
  readonly escalate?: boolean;
  /** Called with every decision, before it is enforced. It cannot change or delay it; its errors are logged. */
  readonly onDecision?: (decision: RiskDecision, request: AppRequest) => unknown;
}

/** What `@IpRisk()` says on this very class or handler, the innermost decorator first. */
export function optionsOf(target: object): readonly IpRiskRouteOptions[] {
  return (Reflect.getOwnMetadata(IP_RISK_ROUTE, target) as IpRiskRouteOptions[] | undefined) ?? [];
}

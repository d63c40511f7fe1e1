import type { Clock } from '../../common/clock/clock.js';
import type { ReportedAccount } from '../alerting/account/account-report.js';
import type { AlertGrouping } from '../alerting/alert-settings.js';
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
  /**
   * Where users' logins are kept: a PostgreSQL of version 15 or newer, or a directory for an embedded one that this
   * process alone may use. @default none: `subject` is a label, and travel is not known
   */
  readonly database?: DatabaseLocation;
  /** What counts as impossible travel, and how long what is known of users is kept. */
  readonly geoVelocity?: GeoVelocityOptions;
  /**
   * What is kept of decisions, in `database`. `batched`: written some 250 ms later, which no request waits for. `durable`:
   * a request goes on once its decision is kept; where that fails, as where a verdict is missing. `off`: none is kept, and
   * none raises an alert; logins and vendors still do. @default 'batched' with a `database`
   */
  readonly decisionLog?: 'batched' | 'durable' | 'off';
  /** Raises alerts into `database`; `AlertsModule` of `nestjs-ip-risk/alerts` delivers them. @default none are raised */
  readonly alerts?: AlertOptions;
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

export type DatabaseLocation = (
  | { readonly url: string }
  | {
      readonly directory: string;
      /**
       * True waits with making a database until there is something to keep, a decision or a login, and goes on meanwhile:
       * making one takes some seconds. One that exists is opened at the start all the same.
       * @default false
       */
      readonly isMadeWhenNeeded?: boolean;
    }
) & {
  /** Postgres schema of all of our tables, lower case. @default 'ip_risk' */
  readonly schema?: string;
  /** Told of outages; the text holds no password. @default the logger */
  readonly warn?: (message: string) => void;
};

export interface GeoVelocityOptions {
  /** Faster is impossible: kilometres an hour, above 0. @default 900 */
  readonly speedKmh?: number;
  /** Nearer is never impossible: kilometres, 0 or more. @default 300 */
  readonly minDistanceKm?: number;
  /** Days for which a passed challenge trusts a network and a country, 1 or more. @default 30 */
  readonly trustDays?: number;
  /** Days for which logins are kept, 1 or more. @default 90 */
  readonly retentionDays?: number;
  /** Days for which a login keeps its plain address; 0 never stores one. @default 30 */
  readonly addressDays?: number;
  /**
   * Secret under which addresses become pseudonyms, 16 characters or more; the same for all processes. Without it whoever
   * reads the database can find addresses by trying all of them.
   */
  readonly hashKey?: string;
}

/** What alerts are raised for is in the policies; this is how a storm of them is held, and whether users are asked. */
export interface AlertOptions {
  /** Seconds for which alerts of one group become one digest after the first, 1 or more. @default 300 */
  readonly windowSeconds?: number;
  /** Alerts in an hour to one user, and to the team about each of risk, travel, accounts and vendors; the last third is kept for critical ones. @default 60 */
  readonly capPerHour?: number;
  /** A group is those who have the first of these in common that is known; travel is always the user's. @default ['prefix', 'user', 'policy'] */
  readonly groupBy?: readonly AlertGrouping[];
  /** Asks users "was this you?". Needs `geoVelocity.hashKey`, and the service's routes at that URL. @default nobody is asked */
  readonly askUsers?: {
    /** Links begin with it: `https://id.example.com`. */
    readonly publicUrl: string;
    /** Days for which a link can be used, above 0 and at most 365. @default 7 */
    readonly validDays?: number;
    /** Told of each user who says "this was not me", once. It is not waited for; its errors are logged. */
    readonly onAccountReported?: (report: ReportedAccount) => unknown;
  };
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

/** See {@link IpRiskRouteOptions.recordOn}. */
export const RECORD_ON = ['request', 'success', 'never'] as const;
export type RecordOn = (typeof RECORD_ON)[number];

/** Metadata key under which a class or handler keeps its list of {@link IpRiskRouteOptions}. */
export const IP_RISK_ROUTE = Symbol('IP_RISK:ROUTE');

/** Options of `@IpRisk()`. A method's are merged over its class's. */
export interface IpRiskRouteOptions extends PolicyRequest {
  /**
   * The user or account the request is about; goes into the decision. With a `database` the user's login history is asked
   * within the lookup's deadline, and impossible travel counts. `undefined`, an empty text and placeholders such as
   * `anonymous` are no user; anything else that is no text or number, and an exception, leave travel unknown.
   */
  readonly subject?: (request: AppRequest) => string | number | bigint | undefined;
  /**
   * When a login of the subject is recorded. `success`: once the handler has succeeded, and not where a second factor is
   * asked for: record it with `GeoVelocityService.recordLogin` when that was given. `request`: with the check, in one
   * round trip, whatever becomes of the request; only for routes whose subject is proven, since anybody could otherwise
   * write places into anybody's history. `never`: the route only checks. @default 'success'
   */
  readonly recordOn?: RecordOn;
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

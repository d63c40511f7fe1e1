/** The library door. Reads no environment; everything arrives through `IpRiskModule.forRoot`. */
export { IpRiskModule } from './modules/ip-risk/ip-risk.module.js';
export { IpRisk } from './modules/ip-risk/ip-risk.decorator.js';
export { RiskDecision } from './modules/ip-risk/risk-decision.decorator.js';
export { IpRiskGuard } from './modules/ip-risk/ip-risk.guard.js';
export {
  AdditionalVerificationException,
  GeographicRestrictionException,
  IpRiskDeniedException,
  IpRiskException,
  IpRiskUnavailableException,
} from './modules/ip-risk/ip-risk.exception.js';
export type {
  AlertOptions,
  DatabaseLocation,
  GeoVelocityOptions,
  GuardedRequest,
  IpRiskModuleOptions,
  IpRiskRouteOptions,
  QuotaBrakeLimits,
  RecordOn,
  SharedRedisOptions,
} from './modules/ip-risk/ip-risk-options.js';

export type { ScreenedRequest } from './modules/screening/screened-request.js';
export { ScreeningService, type ScreenedRoute } from './modules/screening/screening.service.js';
export { RiskEvents, type DecisionEvent, type DecisionListener } from './modules/screening/risk-events.js';
export { DecisionCounters, type DecisionCounts } from './modules/screening/decision-counters.js';
export type { DecisionRecord } from './modules/screening/decision-record.js';

export { DecisionLog } from './modules/decisions/decision-log.js';
export type { DecisionLogReport } from './modules/decisions/decision-log-report.js';
export { DecisionReader, type DecisionFilter, type DecisionPage } from './modules/decisions/reading/decision-reader.js';
export type { LoggedDecision } from './modules/decisions/reading/logged-decision.js';
export { explainDecision } from './modules/decisions/explaining/explain-decision.js';
export { rescore } from './modules/decisions/rescoring/rescore.js';

export type { AccountHold, AccountReport, ReportedAccount } from './modules/alerting/account/account-report.js';
export { AccountReports, type AnswerOutcome } from './modules/alerting/account/account-reports.js';
export { UserErasure } from './modules/alerting/account/user-erasure.js';
export { ANSWER_LINKS, type AnswerLinks } from './modules/alerting/account/answer-links.js';
export type {
  Alert,
  AlertAudience,
  AlertFacts,
  AlertKind,
  AlertSeverity,
  AlertState,
  AlertTrigger,
} from './modules/alerting/alert.js';
export type { AlertGrouping } from './modules/alerting/alert-settings.js';
export { AlertDeliveries } from './modules/alerting/outbox/alert-deliveries.js';
export { AlertOutbox, type RaiseReport } from './modules/alerting/outbox/alert-outbox.js';
export { ChannelHealth, type ChannelReport } from './modules/alerting/channel-health.js';

export { parsePolicies, POLICY_SET, readPolicyFile, type PolicySet } from './modules/policy/policy-file.js';
export { digested, type DigestedPolicy } from './modules/policy/policy-digest.js';
export { decide, type RequestContext } from './modules/policy/decide.js';
export {
  NEVER,
  type AlertFrom,
  type IpRiskPolicy,
  type OnUnavailable,
  type RiskThresholds,
} from './modules/policy/ip-risk-policy.js';
export type { DecisionCause, RiskAction } from './modules/policy/risk-decision.js';

export { GeoVelocityService } from './modules/geo-velocity/geo-velocity.service.js';
export type { LoginEvent, LoginReport, TravelReport } from './modules/geo-velocity/geo-velocity.js';
export type { LoginPlace, NetworkKind, TravelPoint } from './modules/geo-velocity/travel/travel-point.js';
export type {
  TravelFinding,
  TravelLimits,
  TravelStatus,
  TravelVerdict,
} from './modules/geo-velocity/travel/travel-verdict.js';
export type { ReliefKind, TravelRelief } from './modules/geo-velocity/trust/travel-relief.js';
export { TravelTrust } from './modules/geo-velocity/trust/travel-trust.js';
export { UserJourneys } from './modules/geo-velocity/journey/user-journeys.js';
export { UserAnomalies } from './modules/geo-velocity/anomalies/user-anomalies.js';
export { FleetTravel } from './modules/geo-velocity/fleet/fleet-travel.js';
export { DATABASE, type Database, type DatabaseReport } from './modules/storage/database.js';
export type { PageCursor } from './common/paging/page-cursor.js';

export { AssessmentService, type AssessmentDemand } from './modules/assessment/assessment.service.js';
export type { AssessmentCacheOptions } from './modules/assessment/assessment-cache.js';
export type { CacheSeconds } from './modules/assessment/cache-seconds.js';
export type { AssessmentStatus, RiskAssessment, StandIn } from './modules/assessment/risk-assessment.js';
export type { RiskLevel } from './modules/scoring/risk-level.js';
export type { RiskReason } from './modules/scoring/scorecard.js';
export type { ScoreCombiner } from './modules/scoring/score-combiner.js';

export {
  IP_INTELLIGENCE_PROVIDERS,
  type BulkLookup,
  type IpIntelligenceProvider,
  type LookupContext,
  type ProviderHealth,
  type ProviderLimits,
  type ProviderStatus,
  type VendorQuota,
} from './modules/providers/ip-intelligence-provider.js';
export {
  NO_FACTS,
  type Fact,
  type FactName,
  type Facts,
  type IpIntelligence,
  type IpLocation,
  type IpNetwork,
} from './modules/providers/ip-intelligence.js';
export type {
  BandAction,
  ProviderScore,
  ProviderScorecard,
  ScoreBand,
  ScoreRow,
} from './modules/providers/provider-score.js';
export { statement } from './modules/providers/statement.js';
export {
  vendorFactory,
  vendorLimits,
  vendorSetup,
  type VendorDefinition,
  type VendorFactory,
  type VendorOptions,
} from './modules/providers/vendor.js';
export type { LookupStrategy } from './modules/providers/lookup/lookup-options.js';
export type { ProviderFailure } from './modules/providers/protection/provider-result.js';
export type { CreditLedger } from './modules/providers/protection/credit-ledger.js';
export { abuseipdb, type AbuseipdbOptions } from './modules/providers/abuseipdb/abuseipdb.provider.js';
export { apiverve, type ApiverveOptions } from './modules/providers/apiverve/apiverve.provider.js';
export { beltic, type BelticOptions } from './modules/providers/beltic/beltic.provider.js';
export { ipgeolocation, type IpgeolocationOptions } from './modules/providers/ipgeolocation/ipgeolocation.provider.js';
export {
  ipqualityscore,
  type IpqualityscoreOptions,
} from './modules/providers/ipqualityscore/ipqualityscore.provider.js';
export { ipstack, type IpstackOptions } from './modules/providers/ipstack/ipstack.provider.js';
export { offline, type OfflineOptions } from './modules/providers/offline/offline.provider.js';
export { parseFeedList } from './modules/providers/offline/feeds/feed-catalogue.js';

export {
  countryCodeIn,
  dayIn,
  fieldOf,
  flagIn,
  numberIn,
  numberOrTextIn,
  objectIn,
  recordOf,
  textIn,
  textsIn,
  type JsonRecord,
} from './common/json/json-fields.js';
export { retryAfterOf, type FailureReader, type VendorAnswer } from './common/http/vendor-answer.js';
export { CLOCK, type Clock } from './common/clock/clock.js';
export { ClientIpResolver, type ClientIp } from './common/ip/client-ip.js';
export { TrustedProxies } from './common/ip/trusted-proxies.js';
export { parseIpAddress, type IpAddress } from './common/ip/ip-address.js';
export {
  InvalidConfigurationError,
  InvalidDatasetError,
  InvalidLoginError,
  IpRiskError,
  ProviderError,
  StorageError,
  type IpRiskErrorCode,
} from './common/errors/ip-risk.error.js';

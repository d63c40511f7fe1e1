/** The door for tests: `nestjs-ip-risk/testing`. Proves providers and stands in for them; needs no test framework. */
export { providerContract } from './modules/providers/proving/provider-contract.js';
export type {
  ContractCase,
  ContractSubject,
  OfflineSubject,
  VendorSeams,
  VendorSubject,
  WireRequest,
} from './modules/providers/proving/contract-subject.js';
export { FakeProvider, type FakeAnswer, type FakeProviderOptions } from './modules/providers/proving/fake-provider.js';
export {
  ChaosProvider,
  type ChaosProviderOptions,
  type ChaosRecord,
} from './modules/providers/proving/chaos-provider.js';
export { EVERY_MISCHIEF, type ChaosPlanOptions, type Mischief } from './modules/providers/proving/chaos-plan.js';
export { FakeClock } from './common/clock/fake-clock.js';

export type { Clock } from './common/clock/clock.js';
export { ProviderError, type ProviderErrorCode } from './common/errors/ip-risk.error.js';
export type { IpAddress } from './common/ip/ip-address.js';
export type {
  BulkLookup,
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
  ProviderStatus,
  VendorQuota,
} from './modules/providers/ip-intelligence-provider.js';
export type {
  Fact,
  FactName,
  Facts,
  IpIntelligence,
  IpLocation,
  IpNetwork,
} from './modules/providers/ip-intelligence.js';
export type {
  BandAction,
  ProviderScore,
  ProviderScorecard,
  ScoreBand,
  ScoreRow,
} from './modules/providers/provider-score.js';

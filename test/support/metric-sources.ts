import type { Clock } from '../../src/common/clock/clock.js';
import { AssessmentService } from '../../src/modules/assessment/assessment.service.js';
import { ChannelHealth } from '../../src/modules/alerting/channel-health.js';
import { DeliveryCounters } from '../../src/modules/alerting/delivery-counters.js';
import type { AlertTally } from '../../src/modules/alerting/outbox/alert-tally.js';
import { LoginCounters } from '../../src/modules/geo-velocity/logins/login-counters.js';
import type { MetricSources } from '../../src/modules/metrics/ip-risk-metrics.js';
import type { IpIntelligenceProvider } from '../../src/modules/providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../../src/modules/providers/lookup/provider-lookup.js';
import { QuotaBrake } from '../../src/modules/providers/protection/quota-brake.js';
import { DecisionCounters } from '../../src/modules/screening/decision-counters.js';
import { RiskEvents } from '../../src/modules/screening/risk-events.js';
import { ScreeningService } from '../../src/modules/screening/screening.service.js';
import type { RedisStore } from '../../src/common/redis/redis-store.js';

export const TALLY: AlertTally = {
  triggered: 20,
  delivered: 9,
  suppressed: 5,
  open: 1,
  pending: 2,
  queued: 2,
  dead: 1,
  repeated: 0,
  alerts: { pending: 2, queued: 3, delivered: 7, dead: 1 },
  oldestPendingAt: undefined,
};

/** An engine with all there is to count, and what a scrape reads. */
export function countedEngine(providers: readonly IpIntelligenceProvider[], clock: Clock) {
  const lookup = new ProviderLookup({ providers, clock });
  const brake = new QuotaBrake({ clock });
  const assessments = new AssessmentService({ lookup, clock, brake, cache: { entries: 1000 } });
  const events = new RiskEvents();
  const decisions = new DecisionCounters();
  const logins = new LoginCounters();
  events.subscribe(decisions.count);
  events.subscribe(logins.countDecided);
  const screening = new ScreeningService({ assessments, events, clock });
  const channel = new ChannelHealth(clock);
  const deliveries = new DeliveryCounters();
  const redis = { report: () => ({ status: 'up' }) } as unknown as RedisStore;
  const sources: MetricSources = {
    decisions,
    policies: ['login', 'payment'],
    lookup,
    brake,
    assessments,
    stores: { cache: redis, lasting: redis },
    database: { report: () => ({ kind: 'embedded', status: 'up', downSince: undefined, reason: undefined }) },
    travel: { logins },
    log: { decisionLog: { report: () => LOG_REPORT } },
    alerts: {
      outbox: { report: () => ({ triggered: 20, emitted: 8, suppressed: 5, repeated: 0 }) },
      tally: { look: () => ({ tally: TALLY, at: clock.now() }) },
      clock,
      channel,
      deliveries,
    },
  };
  return { lookup, screening, events, logins, channel, deliveries, sources };
}

const LOG_REPORT = {
  mode: 'batched' as const,
  status: 'up' as const,
  waiting: 3,
  recorded: 100,
  rows: 40,
  merged: 60,
  summarised: 7,
  lost: 0,
  failures: 2,
  failingSince: undefined,
  reason: undefined,
};

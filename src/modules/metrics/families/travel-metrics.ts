import type { LoginCounters } from '../../geo-velocity/logins/login-counters.js';
import type { SnapshotMetrics } from '../snapshot-metrics.js';

export interface TravelSources {
  readonly logins: Pick<LoginCounters, 'snapshot'>;
}

export function registerTravelMetrics(metrics: SnapshotMetrics, { logins }: TravelSources): void {
  metrics.counter({ name: 'logins_total', help: 'Logins recorded by this process.' }, () => [
    [logins.snapshot().logins],
  ]);
  metrics.counter({ name: 'impossible_travel_total', help: 'Findings that recorded logins made.' }, () => [
    [logins.snapshot().impossibleTravel],
  ]);
  metrics.counter(
    { name: 'impossible_travel_withdrawn_total', help: 'Findings undone by a login that was reported late.' },
    () => [[logins.snapshot().withdrawn]],
  );
}

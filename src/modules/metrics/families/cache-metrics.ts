import type { AssessmentService } from '../../assessment/assessment.service.js';
import type { SnapshotMetrics } from '../snapshot-metrics.js';

export interface CacheSources {
  readonly assessments: Pick<AssessmentService, 'cacheCounts'>;
}

export function registerCacheMetrics(metrics: SnapshotMetrics, { assessments }: CacheSources): void {
  metrics.counter(
    {
      name: 'cache_lookups_total',
      help: 'Assessments looked for, in memory and then in Redis; unavailable while Redis is away.',
      labels: ['tier', 'result'],
    },
    () => {
      const { memory, shared } = assessments.cacheCounts();
      return Object.entries({ memory, redis: shared }).flatMap(([tier, results]) =>
        Object.entries(results).map(([result, count]: [string, number]) => [count, { tier, result }] as const),
      );
    },
  );
  metrics.counter(
    { name: 'cache_stale_total', help: 'Assessments given although their time was over, in the place of newer ones.' },
    () => [[assessments.cacheCounts().stale]],
  );
  metrics.counter(
    { name: 'cache_failures_total', help: 'Requests told of a failure of a moment ago, without asking anew.' },
    () => [[assessments.cacheCounts().failures]],
  );
}

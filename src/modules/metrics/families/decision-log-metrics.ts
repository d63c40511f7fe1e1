import type { DecisionLog } from '../../decisions/decision-log.js';
import type { SnapshotMetrics } from '../snapshot-metrics.js';

export interface DecisionLogSources {
  readonly decisionLog: Pick<DecisionLog, 'report'>;
}

export function registerDecisionLogMetrics(metrics: SnapshotMetrics, { decisionLog }: DecisionLogSources): void {
  metrics.gauge({ name: 'decision_log_waiting', help: 'Entries that wait to be written.' }, () => [
    [decisionLog.report().waiting],
  ]);
  metrics.gauge({ name: 'decision_log_up', help: '0 while decisions cannot be written, 1 otherwise.' }, () => [
    [decisionLog.report().status === 'degraded' ? 0 : 1],
  ]);
  metrics.counter({ name: 'decision_log_written_total', help: 'Decisions written.' }, () => [
    [decisionLog.report().recorded],
  ]);
  metrics.counter(
    { name: 'decision_log_rows_total', help: 'Rows that they became: identical repeats are merged.' },
    () => [[decisionLog.report().rows]],
  );
  metrics.counter(
    { name: 'decision_log_summarised_total', help: 'Decisions kept as counts only, because too many waited.' },
    () => [[decisionLog.report().summarised]],
  );
  metrics.counter({ name: 'decision_log_lost_total', help: 'Decisions that were not written before the end.' }, () => [
    [decisionLog.report().lost],
  ]);
  metrics.counter({ name: 'decision_log_failures_total', help: 'Writes that failed; they are tried again.' }, () => [
    [decisionLog.report().failures],
  ]);
}

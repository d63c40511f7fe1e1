import type { PolicyMode } from '../../policy/ip-risk-policy.js';
import { RISK_ACTIONS } from '../../policy/risk-decision.js';
import type { DecisionCounters, PolicyCounts } from '../../screening/decision-counters.js';
import type { SnapshotMetrics } from '../snapshot-metrics.js';

export interface DecisionSources {
  readonly decisions: Pick<DecisionCounters, 'detail'>;
  /** Names of the configured policies: they begin at 0, so that their first fail-open is a rise. */
  readonly policies: readonly string[];
}

const MODES: readonly PolicyMode[] = ['live', 'dry-run'];

export function registerDecisionMetrics(metrics: SnapshotMetrics, { decisions, policies }: DecisionSources): void {
  const counted = (): PolicyCounts[] => withConfigured(decisions.detail().policies, policies);
  metrics.counter(
    { name: 'decisions_total', help: 'Decisions by what was done.', labels: ['action', 'policy', 'mode'] },
    () =>
      counted().flatMap(({ policy, mode, actions }) =>
        RISK_ACTIONS.map((action) => [actions[action], { action, policy, mode }] as const),
      ),
  );
  metrics.counter(
    { name: 'failed_open_total', help: 'Requests let through without a verdict.', labels: ['policy'] },
    () => byPolicy(counted(), ({ failedOpen }) => failedOpen),
  );
  metrics.counter(
    { name: 'failed_closed_total', help: 'Requests stopped without a verdict.', labels: ['policy'] },
    () => byPolicy(counted(), ({ failedClosed }) => failedClosed),
  );
  metrics.counter(
    {
      name: 'decisions_by_network_total',
      help: 'Decisions by the kind of network that the client came through; unknown without a verdict.',
      labels: ['network'],
    },
    () => Object.entries(decisions.detail().networks).map(([network, count]) => [count, { network }]),
  );
  metrics.histogram(
    { name: 'decision_duration_seconds', help: 'From the question to the decision, in whole milliseconds.' },
    () => [[decisions.detail().durations]],
  );
}

function withConfigured(counted: readonly PolicyCounts[], names: readonly string[]): PolicyCounts[] {
  const known = new Set(counted.map(({ policy }) => policy));
  const idle = names
    .filter((name) => !known.has(name))
    .flatMap((policy) =>
      MODES.map((mode) => ({
        policy,
        mode,
        actions: { allow: 0, monitor: 0, challenge: 0, block: 0, review: 0 },
        failedOpen: 0,
        failedClosed: 0,
      })),
    );
  return [...counted, ...idle];
}

function byPolicy(
  counted: readonly PolicyCounts[],
  read: (counts: PolicyCounts) => number,
): [number, { policy: string }][] {
  const sums = new Map<string, number>();
  for (const counts of counted) sums.set(counts.policy, (sums.get(counts.policy) ?? 0) + read(counts));
  return [...sums].map(([policy, sum]) => [sum, { policy }]);
}

import { PROVIDER_ERROR_CODES } from '../../../common/errors/ip-risk.error.js';
import type { ProviderLookup } from '../../providers/lookup/provider-lookup.js';
import type { CallOutcome } from '../../providers/protection/call-record.js';
import type { BreakerState } from '../../providers/protection/circuit-breaker.js';
import type { QuotaBrake } from '../../providers/protection/quota-brake.js';
import { ownHealth, type LaneReport } from '../../providers/protection/vendor-lane.js';
import type { Sample, SnapshotMetrics } from '../snapshot-metrics.js';

export interface ProviderSources {
  readonly lookup: Pick<ProviderLookup, 'lanes' | 'providers' | 'isQuorum'>;
  readonly brake: Pick<QuotaBrake, 'report'>;
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'half-open', 'open'];
const REFUSALS: readonly CallOutcome[] = [...PROVIDER_ERROR_CODES];
const OUTCOMES: readonly CallOutcome[] = ['ok', 'NO_DATA', ...PROVIDER_ERROR_CODES];

/** Label values are the ids of the configured providers and our own codes, in lower case without the prefix. */
export function registerProviderMetrics(metrics: SnapshotMetrics, { lookup, brake }: ProviderSources): void {
  const labels = ['provider'];
  metrics.counter(
    { name: 'provider_calls_total', help: 'Calls to vendors by how they ended.', labels: ['provider', 'outcome'] },
    () => eachLane(lookup, ({ calls }) => byCode('outcome', OUTCOMES, calls)),
  );
  metrics.counter(
    {
      name: 'provider_refused_total',
      help: 'Lookups refused without asking the vendor, by the reason given.',
      labels: ['provider', 'reason'],
    },
    () => eachLane(lookup, ({ refused }) => byCode('reason', REFUSALS, refused)),
  );
  metrics.histogram(
    { name: 'provider_call_duration_seconds', help: 'How long vendors took, for calls that they answered.', labels },
    () => lookup.lanes.map((lane) => [lane.answered, { provider: lane.provider.id }]),
  );
  metrics.gauge(
    { name: 'provider_breaker_state', help: '1 for the state that it is in.', labels: ['provider', 'state'] },
    () => eachLane(lookup, ({ breaker }) => BREAKER_STATES.map((state) => [state === breaker ? 1 : 0, { state }])),
  );
  metrics.gauge({ name: 'provider_budget_left', help: 'Credits left today. No series without a limit.', labels }, () =>
    eachLane(lookup, ({ budgetLeft }) => (budgetLeft === undefined ? [] : [[budgetLeft]])),
  );
  metrics.gauge({ name: 'provider_up', help: '0 while the provider cannot answer, 1 otherwise.', labels }, () =>
    upOrDown(lookup).map(({ id, isUp }) => [isUp ? 1 : 0, { provider: id }]),
  );
  metrics.gauge({ name: 'verdict_possible', help: '0 while too few providers can answer for a verdict.' }, () => {
    const answering = upOrDown(lookup).filter(({ isUp }) => isUp);
    return [[lookup.isQuorum(answering.map(({ id }) => id)) ? 1 : 0]];
  });
  metrics.counter(
    { name: 'quota_braked_total', help: 'New addresses kept from the vendors by the quota brake.' },
    () => [[brake.report().braked]],
  );
}

function eachLane(
  { lanes }: ProviderSources['lookup'],
  read: (report: LaneReport) => readonly Sample[],
): readonly Sample[] {
  return lanes.flatMap((lane) =>
    read(lane.report()).map(([value, labels]) => [value, { provider: lane.provider.id, ...labels }] as const),
  );
}

/** Codes that are not ours, which a provider of somebody's own may give, are one. */
function byCode(label: string, codes: readonly CallOutcome[], counts: LaneReport['calls']): readonly Sample[] {
  const others = Object.entries(counts).filter(([code]) => !codes.includes(code as CallOutcome));
  const other = others.reduce((sum, [, count]) => sum + count, 0);
  const known = codes.map((code): Sample => [counts[code] ?? 0, { [label]: nameOf(code) }]);
  return other === 0 ? known : [...known, [other, { [label]: 'other' }]];
}

function nameOf(code: CallOutcome): string {
  return code.toLowerCase().replace(/^provider_/, '');
}

function upOrDown({ providers, lanes }: ProviderSources['lookup']): { id: string; isUp: boolean }[] {
  return providers.map((provider) => {
    const lane = lanes.find((candidate) => candidate.provider === provider);
    const { status } = lane === undefined ? ownHealth(provider) : lane.report().health;
    return { id: provider.id, isUp: status !== 'down' };
  });
}

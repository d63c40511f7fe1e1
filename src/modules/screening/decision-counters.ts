import { DurationHistogram, type DurationCounts } from '../../common/durations/duration-histogram.js';
import type { PolicyMode } from '../policy/ip-risk-policy.js';
import type { RiskAction } from '../policy/risk-decision.js';
import { DECISION_NETWORKS, DecisionNetworks, type DecisionNetwork } from './decision-network.js';
import type { DecisionEvent } from './risk-events.js';

export interface DecisionCounts {
  readonly actions: Readonly<Record<RiskAction, number>>;
  /** Requests let through without a verdict. */
  readonly failedOpen: number;
  /** Requests stopped without a verdict. */
  readonly failedClosed: number;
}

/** Decisions of one policy in one mode. */
export interface PolicyCounts extends DecisionCounts {
  readonly policy: string;
  readonly mode: PolicyMode;
}

/** The same decisions in detail. */
export interface DecisionDetail {
  readonly policies: readonly PolicyCounts[];
  /** By the kind of network that the client came through. */
  readonly networks: Readonly<Record<DecisionNetwork, number>>;
  /** From the question to the decision. */
  readonly durations: DurationCounts;
}

/** Far more than anybody configures. The rest is counted under one name: a name made at run time must not add counts without end. */
const MOST_POLICIES = 100;
const OTHER_POLICIES = 'other';

interface PolicyTally {
  readonly actions: Record<RiskAction, number>;
  failedOpen: number;
  failedClosed: number;
}

type PolicyTallies = Readonly<Record<PolicyMode, PolicyTally>>;

/** Counts decisions since the start of the process. */
export class DecisionCounters {
  private readonly policies = new Map<string, PolicyTallies>();
  private readonly networks = countsFrom0(DECISION_NETWORKS);
  private readonly networkKinds = new DecisionNetworks();
  private readonly durations = new DurationHistogram();

  readonly count = ({ decision, latencyMs }: DecisionEvent): void => {
    const tally = (this.policies.get(decision.policy.name) ?? this.begin(decision.policy.name))[decision.mode];
    tally.actions[decision.action] += 1;
    if (decision.failedOpen) tally.failedOpen += 1;
    if (decision.failedClosed) tally.failedClosed += 1;
    this.networks[this.networkKinds.of(decision.assessment)] += 1;
    this.durations.note(latencyMs);
  };

  /** All policies together. */
  snapshot(): DecisionCounts {
    const sum = newTally();
    for (const tallies of this.policies.values()) {
      for (const tally of Object.values(tallies)) addTo(sum, tally);
    }
    return sum;
  }

  /** The policies that decided anything, network kinds, durations. */
  detail(): DecisionDetail {
    const policies = [...this.policies].flatMap(([policy, tallies]) =>
      (Object.keys(tallies) as PolicyMode[]).map((mode) => {
        const { actions, ...fails } = tallies[mode];
        return { policy, mode, actions: { ...actions }, ...fails };
      }),
    );
    return { policies, networks: { ...this.networks }, durations: this.durations.counts() };
  }

  private begin(policy: string): PolicyTallies {
    const name = this.policies.size < MOST_POLICIES ? policy : OTHER_POLICIES;
    const known = this.policies.get(name);
    if (known !== undefined) return known;
    const tallies = { live: newTally(), 'dry-run': newTally() };
    this.policies.set(name, tallies);
    return tallies;
  }
}

function newTally(): PolicyTally {
  return { actions: { allow: 0, monitor: 0, challenge: 0, block: 0, review: 0 }, failedOpen: 0, failedClosed: 0 };
}

function addTo(sum: PolicyTally, { actions, failedOpen, failedClosed }: PolicyTally): void {
  for (const action of Object.keys(actions) as RiskAction[]) sum.actions[action] += actions[action];
  sum.failedOpen += failedOpen;
  sum.failedClosed += failedClosed;
}

function countsFrom0<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}

import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import { parseIpAddress } from '../../common/ip/ip-address.js';
import { prefixKey } from '../../common/ip/ip-prefix.js';
import type { RiskLevel } from '../scoring/risk-level.js';
import { RiskEvents, type DecisionEvent } from '../screening/risk-events.js';
import { NetworkWeights } from '../throttling/network-weights.js';

/** What a request from a network of that level costs. */
const WEIGHTS: Readonly<Record<RiskLevel, number>> = { low: 1, medium: 1, high: 2, critical: 4 };

/** As long as an assessment of a risky address is good for. */
const KEPT_MS = 300_000;

/**
 * What requests cost by the network they come from. Only hears what was decided anyway: to know a caller's network never
 * costs a lookup, and one that nobody asked about weighs as one without risk.
 */
@Injectable()
export class RiskyNetworks implements OnModuleInit, OnModuleDestroy {
  private readonly weights: NetworkWeights;
  private stopListening: (() => void) | undefined;

  constructor(
    @Inject(CLOCK) clock: Clock,
    private readonly events: RiskEvents,
  ) {
    this.weights = new NetworkWeights(clock, KEPT_MS);
  }

  onModuleInit(): void {
    this.stopListening = this.events.subscribe((event) => {
      this.remember(event);
    });
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  /** A whole number of 1 or more. @param network as `prefixKey` names it. */
  weightOf(network: string): number {
    return this.weights.of(network);
  }

  private remember({ decision: { assessment } }: DecisionEvent): void {
    if (assessment === undefined || !('level' in assessment)) return;
    const weight = WEIGHTS[assessment.level];
    // Nearly every address that is asked about is of this kind: they would take the place of the others.
    if (weight === 1) return;
    const address = parseIpAddress(assessment.ip);
    if (address !== undefined) this.weights.set(prefixKey(effectiveAddress(address)), weight);
  }
}

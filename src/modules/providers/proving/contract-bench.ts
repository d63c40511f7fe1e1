import assert from 'node:assert/strict';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { MaybePromise } from '../../../common/async/maybe-promise.js';
import { FakeClock } from '../../../common/clock/fake-clock.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext } from '../ip-intelligence-provider.js';
import { isVendorSubject, type ContractSubject } from './contract-subject.js';
import { ContractWire, type Reply } from './contract-wire.js';

/** How a call ended. */
export type Outcome = { readonly answer: unknown } | { readonly error: unknown };

export const CONTRACT_KEY = 'canary+key/0123456789=abcdefgh';
export const CONTRACT_BASE_URL = 'https://vendor.example/contract';
export const DEFAULT_ADDRESSES = ['8.8.8.8', '2001:4860:4860::8888'] as const;
/** Time of a whole lookup. */
export const DEADLINE_MS = 1000;
const DEFAULT_PATIENCE_MS = 2000;
const CLOCK_STEP_MS = 10;
/** Turns of the event loop in which whoever reads an answer gets to the end of it. */
const TURNS = 4;

const asIs: Reply = (_, good) => good();

export interface Waiting {
  /** Clock milliseconds up to which time goes on by itself. @default the deadline */
  readonly until?: number;
  /** Happens while the provider waits; time then stands still. */
  readonly meanwhile?: () => void;
}

/** One provider with a clock, a wire and somebody who waits for it. */
export class Bench {
  readonly clock = new FakeClock();
  readonly wire: ContractWire;
  readonly abort = new AbortController();
  readonly deadlineAt = this.clock.now() + DEADLINE_MS;
  readonly provider: IpIntelligenceProvider;
  readonly ipv4: IpAddress;
  readonly ipv6: IpAddress;

  constructor(
    readonly subject: ContractSubject,
    reply: Reply = asIs,
  ) {
    const [ipv4, ipv6] = subject.addresses ?? DEFAULT_ADDRESSES;
    this.ipv4 = addressOf(ipv4, 4);
    this.ipv6 = addressOf(ipv6, 6);
    if (!isVendorSubject(subject)) {
      this.wire = new ContractWire(this.clock, () => undefined, reply);
      this.provider = subject.create();
      return;
    }
    const { key = CONTRACT_KEY, baseUrl = CONTRACT_BASE_URL } = subject;
    this.wire = new ContractWire(this.clock, (request) => subject.answer(request), reply);
    this.provider = subject.create({ key, baseUrl, fetch: this.wire.fetch, clock: this.clock });
  }

  /** Runs `work` on a started provider and stops it. */
  static async use(subject: ContractSubject, work: (bench: Bench) => Promise<void>, reply?: Reply): Promise<void> {
    const bench = new Bench(subject, reply);
    await bench.provider.start?.();
    try {
      await work(bench);
    } finally {
      await bench.provider.stop?.();
    }
  }

  get context(): LookupContext {
    return { signal: this.abort.signal, deadlineAt: this.deadlineAt, onQuota: () => undefined };
  }

  lookup(address: IpAddress = this.ipv4, waiting?: Waiting): Promise<Outcome> {
    return this.settled(() => this.provider.lookup(address, this.context), waiting);
  }

  bulk(addresses: readonly IpAddress[], waiting?: Waiting): Promise<Outcome> {
    return this.settled(() => this.provider.bulk?.lookup(addresses, this.context), waiting);
  }

  /** Lets work end that nobody waits for. */
  async idle(): Promise<void> {
    do await turns();
    while (!this.wire.isIdle);
  }

  /** Waits for the work. Time goes on while it waits for nothing but time. */
  private async settled(work: () => MaybePromise<unknown>, { until, meanwhile }: Waiting = {}): Promise<Outcome> {
    const { patienceMs = DEFAULT_PATIENCE_MS } = this.subject;
    const end = meanwhile === undefined ? (until ?? this.deadlineAt) : this.clock.now();
    // Counted in pauses, not by a clock: a machine that stalls is no provider that hangs.
    let pausedMs = 0;
    const ending: { outcome?: Outcome } = {};
    void outcomeOf(work).then((outcome) => (ending.outcome = outcome));
    await turns();
    meanwhile?.();
    for (;;) {
      await turns();
      if (ending.outcome !== undefined) return ending.outcome;
      if (pausedMs >= patienceMs) assert.fail(`the call did not end within ${patienceMs} ms`);
      const waitsForTime = this.wire.isIdle && this.clock.pending > 0 && this.clock.now() < end;
      if (waitsForTime) {
        this.clock.advance(CLOCK_STEP_MS);
        continue;
      }
      // Work on real files or sockets, and timers of the provider's own: mostly over at once.
      const pauseMs = pausedMs < 20 ? 1 : 5;
      await setTimeout(pauseMs);
      pausedMs += pauseMs;
    }
  }
}

async function outcomeOf(work: () => MaybePromise<unknown>): Promise<Outcome> {
  try {
    return { answer: await work() };
  } catch (error) {
    return { error };
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
}

function addressOf(text: string, family: 4 | 6): IpAddress {
  const address = parseIpAddress(text);
  if (address?.family !== family) throw new RangeError(`The contract needs an IPv${family} address, not "${text}".`);
  return address;
}

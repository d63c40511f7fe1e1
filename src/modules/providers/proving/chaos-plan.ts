import type { ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';

/** One way to misbehave. */
export type Mischief =
  /** Fails as a provider may. */
  | { readonly kind: 'fail'; readonly code: ProviderErrorCode; readonly retryAfterMs?: number }
  /** Rejects with an error that is no `ProviderError`. */
  | { readonly kind: 'reject' }
  /** Throws such an error instead of returning a promise. */
  | { readonly kind: 'throw' }
  /** Answers nothing until the signal aborts, and then fails with PROVIDER_TIMEOUT. */
  | { readonly kind: 'hang' }
  /** Answers nothing, whatever the signal says. */
  | { readonly kind: 'hang-forever' }
  /** Answers well, after that much time of the clock. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Answers something that no provider may: a confidence of NaN, another's id, null for facts. */
  | { readonly kind: 'malformed'; readonly how: 'nan-confidence' | 'wrong-id' | 'null-facts' }
  /** Answers soundly that it knows nothing. */
  | { readonly kind: 'know-nothing' };

/** One of each, but for those that never end. */
export const EVERY_MISCHIEF: readonly Mischief[] = [
  { kind: 'fail', code: 'PROVIDER_UNREACHABLE' },
  { kind: 'fail', code: 'PROVIDER_RATE_LIMITED', retryAfterMs: 1000 },
  { kind: 'fail', code: 'PROVIDER_BAD_RESPONSE' },
  { kind: 'reject' },
  { kind: 'throw' },
  { kind: 'late', ms: 100 },
  { kind: 'malformed', how: 'nan-confidence' },
  { kind: 'malformed', how: 'wrong-id' },
  { kind: 'malformed', how: 'null-facts' },
  { kind: 'know-nothing' },
];

export interface ChaosPlanOptions {
  /** A whole number: the same one gives the same plan. */
  readonly seed: number;
  /** 0-1: the part of the lookups that go wrong. @default 0.5 */
  readonly rate?: number;
  /** What may go wrong. @default {@link EVERY_MISCHIEF} */
  readonly mischief?: readonly Mischief[];
}

/** Decides about one lookup after the other, the same way for the same seed. */
export class ChaosPlan {
  private readonly rate: number;
  private readonly mischief: readonly Mischief[];
  private state: number;

  /** @throws RangeError when the rate is not 0-1. */
  constructor({ seed, rate = 0.5, mischief = EVERY_MISCHIEF }: ChaosPlanOptions) {
    if (!(rate >= 0 && rate <= 1)) throw new RangeError('The rate of a chaos plan is a number from 0 to 1.');
    this.state = seed >>> 0;
    this.rate = rate;
    this.mischief = mischief;
  }

  /** What goes wrong with the next lookup; `undefined` for nothing. */
  next(): Mischief | undefined {
    // Both are drawn every time, so that another rate does not shift what follows.
    const [chance, choice] = [this.random(), this.random()];
    return chance < this.rate ? this.mischief[Math.floor(choice * this.mischief.length)] : undefined;
  }

  /** Mulberry32: 0-1, 1 excluded. */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  }
}

import type { Clock } from '../clock/clock.js';

export interface OutageGateOptions {
  readonly clock: Clock;
  /** Rejects while Redis does not serve. */
  readonly probe: () => Promise<void>;
  readonly warn: (message: string) => void;
  /** What an operator has to look at. */
  readonly setting: string;
}

/** Milliseconds between two looks whether Redis is back. */
const PROBE_PAUSE_MS = 250;
/** Milliseconds that an outage, and its end, have to last until they are told: a cluster comes back node by node. */
const SETTLED_MS = 1000;
/** Milliseconds without a refusal after which the next one is told again. */
const CALM_MS = 30_000;
/** Milliseconds for which a refusal is reported. */
const REPORTED_MS = 3000;

/**
 * Knows whether Redis is worth a try. It closes at the first sign of an outage, so that an outage costs what is under way
 * and nothing after it, and asks by itself, one question at a time, whether it is over. Only an outage that lasts is told: a
 * process that is short of a processor takes a healthy Redis for a late one many times a minute.
 */
export class OutageGate {
  private downAt: number | undefined;
  private reason: string;
  private isTold = false;
  private probing: Promise<void> | undefined;
  private hasEnded = false;
  private cancelProbe: () => void = () => undefined;
  private cancelTelling: () => void = () => undefined;
  private refused: { readonly code: string; readonly at: number } | undefined;

  /** Closed, until the first question is answered. */
  constructor(private readonly options: OutageGateOptions) {
    this.downAt = options.clock.now();
    this.reason = 'NOT_READY';
  }

  get isUp(): boolean {
    return this.downAt === undefined;
  }

  /** Milliseconds since 1970, while Redis is away. */
  get downSince(): number | undefined {
    return this.downAt;
  }

  /** Why it is away, in one word. */
  get downReason(): string | undefined {
    return this.isUp ? undefined : this.reason;
  }

  /** What it refused lately while it served other commands, in one word. */
  get lastRefusal(): string | undefined {
    return this.refusedWithin(REPORTED_MS)?.code;
  }

  /** Redis answers, but not in time or with a refusal of everything: asked again at once. */
  suspect(reason: string): void {
    this.lose(reason, 0);
  }

  /** The connection is gone. @param reason told where the outage is not yet explained. */
  lose(reason: string, probeInMs = PROBE_PAUSE_MS): void {
    if (this.hasEnded || !this.isUp) return;
    this.cancelTelling();
    this.downAt = this.options.clock.now();
    this.reason = reason;
    if (probeInMs === 0) void this.recheck();
    else this.probeIn(probeInMs);
  }

  /** Keeps the reason for the telling; says nothing about being up or down. */
  explain(reason: string): void {
    if (!this.isUp) this.reason = reason;
  }

  /** Some commands fail while others are served. Told once, until there were none for a while. */
  refuse(code: string): void {
    const isNew = this.refusedWithin(CALM_MS) === undefined;
    this.refused = { code, at: this.options.clock.now() };
    if (isNew) this.options.warn(`Redis refuses commands (${code}); see ${this.options.setting}.`);
  }

  /** Asks now. Settles, and never rejects, when it is answered. */
  recheck(): Promise<void> {
    if (this.hasEnded || this.isUp) return Promise.resolve();
    this.cancelProbe();
    this.probing ??= this.options
      .probe()
      .then(
        () => {
          this.reopen();
        },
        () => {
          this.confirm();
        },
      )
      .finally(() => {
        this.probing = undefined;
      });
    return this.probing;
  }

  /** Nothing is asked or told from here on. */
  end(): void {
    this.hasEnded = true;
    this.cancelProbe();
    this.cancelTelling();
    this.downAt ??= this.options.clock.now();
  }

  private refusedWithin(ms: number): OutageGate['refused'] {
    const passed = this.options.clock.now() - (this.refused?.at ?? -Infinity);
    return passed >= 0 && passed < ms ? this.refused : undefined;
  }

  private probeIn(ms: number): void {
    this.cancelProbe();
    this.cancelProbe = this.options.clock.after(ms, () => {
      void this.recheck();
    });
  }

  private reopen(): void {
    if (this.hasEnded) return;
    this.downAt = undefined;
    if (!this.isTold) return;
    this.cancelTelling = this.options.clock.after(SETTLED_MS, () => {
      this.isTold = false;
      this.options.warn(`Redis can be used again (${this.options.setting}).`);
    });
  }

  private confirm(): void {
    if (this.hasEnded) return;
    const lastsMs = this.options.clock.now() - (this.downAt ?? Infinity);
    if (!this.isTold && lastsMs >= SETTLED_MS) {
      this.isTold = true;
      this.options.warn(`Redis cannot be used (${this.reason}); see ${this.options.setting}.`);
    }
    this.probeIn(PROBE_PAUSE_MS);
  }
}

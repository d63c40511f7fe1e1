import { LRUCache } from 'lru-cache';
import type { MaybePromise } from '../../../common/async/maybe-promise.js';
import type { Clock } from '../../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../../common/errors/ip-risk.error.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import { prefixKey } from '../../../common/ip/ip-prefix.js';
import { CappedWindows } from './capped-windows.js';
import type { SharedCounter } from './shared-counter.js';

export interface QuotaBrakeOptions {
  /** New addresses of one IPv6 /48 in a window, 1 or more; `Infinity` for no cap. @default 256 */
  readonly perPrefix?: number;
  /** New addresses of one autonomous system in a window, 1 or more; `Infinity` for no cap. @default 10000 */
  readonly perAsn?: number;
  /** Milliseconds of a window, which begins with the first new address. @default 3600000 */
  readonly windowMs?: number;
  readonly clock: Clock;
  /** Counts for every process. @default each process counts for itself */
  readonly counter?: SharedCounter | undefined;
}

export interface BrakeReport {
  /** Addresses that were kept from the vendors since the start of the process. */
  readonly braked: number;
  /** Milliseconds since 1970; `undefined` before the first. */
  readonly lastBrakedAt: number | undefined;
  /** The cap that the latest one met. */
  readonly lastBrakedBy: BrakeCap | undefined;
}

export type BrakeCap = 'prefix' | 'asn';

interface Counted {
  readonly by: BrakeCap;
  readonly windows: CappedWindows;
  readonly key: string;
}

/** One site: what a subscriber of any size is given (RFC 6177). */
const SITE_LENGTH = 48;
const HIGHEST_ASN = 0xffffffff;
/** Some 5 MB at most. Only what is within the caps comes in. */
const MOST_ADMITTED = 50_000;

/**
 * Keeps one network from burning the vendors' quota with ever new addresses, an IPv6 /64 being one. An address is counted
 * once in a window, by its IPv6 /48 and
 * by its autonomous system. One whose system is not known is not counted by it: without ASN data the whole world would
 * share one cap.
 *
 * An IPv4 address is counted by its system only: a /24 has no more addresses than the cap lets through, and a larger
 * block is shared by strangers, who would pay for one another.
 */
export class QuotaBrake {
  private readonly prefixes: CappedWindows | undefined;
  private readonly systems: CappedWindows | undefined;
  /** Networks that were counted, and until when: to ask about one again, because there was no verdict, is not to be new. */
  private readonly admitted = new LRUCache<string, number>({ max: MOST_ADMITTED });
  private readonly windowMs: number;
  private readonly clock: Clock;
  private braked = 0;
  private lastBrakedAt: number | undefined;
  private lastBrakedBy: BrakeCap | undefined;

  /** @throws InvalidConfigurationError for a cap or a window that cannot be meant. */
  constructor({ perPrefix = 256, perAsn = 10_000, windowMs = 3_600_000, clock, counter }: QuotaBrakeOptions) {
    checkCap('perPrefix', perPrefix);
    checkCap('perAsn', perAsn);
    checkWindow(windowMs);
    const windowsOf = (cap: number): CappedWindows | undefined =>
      cap === Infinity ? undefined : new CappedWindows({ cap, windowMs, clock, counter });
    // Apart, so that no number of prefixes pushes out the count of a system.
    this.prefixes = windowsOf(perPrefix);
    this.systems = windowsOf(perAsn);
    this.windowMs = windowMs;
    this.clock = clock;
  }

  /**
   * True when this new address may be looked up at vendors; counts it. Never throws and never rejects.
   *
   * @param address the one that is looked up: the IPv4 address inside of a transition address.
   * @param asn of the address; anything but 1 to 4294967295 is not known and counts for no system.
   */
  admit(address: IpAddress, asn: number | undefined): MaybePromise<boolean> {
    const network = prefixKey(address);
    if (this.isAdmitted(network)) return true;
    const counted = this.countsOf(address, asn);
    if (counted.length === 0) return true;
    // Before any is counted: what one cap refuses does not use up the other. All are looked at, which is how a window
    // notices that the clock was set back.
    const [full] = counted.filter(({ windows, key }) => !windows.hasRoom(key));
    if (full !== undefined) return this.brake(full.by);
    const answers = counted.map(({ windows, key }) => windows.take(key));
    // Before the others have answered: the same network may come again meanwhile.
    this.admitted.set(network, this.clock.now() + this.windowMs);
    if (answers.every((answer) => answer === true)) return true;
    return Promise.all(answers.map(async (answer) => await answer)).then((all) => {
      const refused = counted[all.indexOf(false)];
      if (refused === undefined) return true;
      this.admitted.delete(network);
      return this.brake(refused.by);
    });
  }

  report(): BrakeReport {
    const { braked, lastBrakedAt, lastBrakedBy } = this;
    return { braked, lastBrakedAt, lastBrakedBy };
  }

  private isAdmitted(network: string): boolean {
    const leftMs = (this.admitted.get(network) ?? 0) - this.clock.now();
    // More than a window is left: the clock was set back.
    return leftMs > 0 && leftMs <= this.windowMs;
  }

  private countsOf(address: IpAddress, asn: number | undefined): readonly Counted[] {
    const counted: Counted[] = [];
    const { prefixes, systems } = this;
    if (prefixes !== undefined && address.family === 6) {
      counted.push({ by: 'prefix', windows: prefixes, key: prefixKey(address, SITE_LENGTH) });
    }
    const system = knownAsn(asn);
    if (systems !== undefined && system !== undefined)
      counted.push({ by: 'asn', windows: systems, key: `AS${system}` });
    return counted;
  }

  private brake(by: BrakeCap): false {
    this.braked += 1;
    this.lastBrakedAt = this.clock.now();
    this.lastBrakedBy = by;
    return false;
  }
}

/** 0 is reserved (RFC 7607); databases write it for "none". */
function knownAsn(asn: number | undefined): number | undefined {
  return asn !== undefined && Number.isInteger(asn) && asn > 0 && asn <= HIGHEST_ASN ? asn : undefined;
}

function checkCap(name: keyof QuotaBrakeOptions, cap: number): void {
  if (cap === Infinity || (Number.isSafeInteger(cap) && cap >= 1)) return;
  throw new InvalidConfigurationError(
    `quotaBrake.${name}: ${String(cap)} is not a whole number of 1 or more; Infinity stands for no cap.`,
  );
}

function checkWindow(windowMs: number): void {
  if (Number.isSafeInteger(windowMs) && windowMs >= 1) return;
  throw new InvalidConfigurationError(`windowMs: ${String(windowMs)} is not a whole number of milliseconds above 0.`);
}

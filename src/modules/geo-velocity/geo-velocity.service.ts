import { randomUUID } from 'node:crypto';
import type { MaybePromise } from '../../common/async/maybe-promise.js';
import type { Clock } from '../../common/clock/clock.js';
import { InvalidLoginError } from '../../common/errors/ip-risk.error.js';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import type { SecretText } from '../../common/secrets/secret-text.js';
import type { Database } from '../storage/database.js';
import type { LoginEvent, LoginReport, TravelReport } from './geo-velocity.js';
import { assertEventId } from './logins/event-id.js';
import { linkedPoints } from './logins/linked-points.js';
import { acceptedInstant } from './logins/login-instant.js';
import { LoginStore, type Surroundings } from './logins/login-store.js';
import { findingsOfPages } from './logins/past-findings.js';
import { storablePlace } from './logins/storable-place.js';
import type { StoredLogin } from './logins/stored-login.js';
import { assertUserId } from './logins/user-id.js';
import { EpochSalts } from './privacy/epoch-salts.js';
import { Pseudonyms } from './privacy/pseudonyms.js';
import type { LoginPlace, TravelPoint } from './travel/travel-point.js';
import { findingsAround } from './travel/travel-findings.js';
import { horizonMs, isComparable, judgeTravel } from './travel/travel-rules.js';
import { DEFAULT_TRAVEL_LIMITS, type TravelFinding, type TravelLimits } from './travel/travel-verdict.js';
import { isHeldAt, strongestRelief, withoutAnnounced, type TrustEntry } from './trust/relief.js';
import type { TravelRelief } from './trust/travel-relief.js';

const DAY_MS = 86_400_000;

/** Sorts after every event id: a login that is only asked about comes after those recorded for the same instant. */
const AFTER_ALL_IDS = '\u{10FFFF}';

export interface GeoVelocityServiceOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly limits?: TravelLimits | undefined;
  /** Days that logins are kept; older ones are refused. @default 90 */
  readonly retentionDays?: number | undefined;
  /** Days that plain addresses are kept, 0 for never. @default 30 */
  readonly addressDays?: number | undefined;
  /** Keys the pseudonyms of addresses: see `Pseudonyms` for what they are worth without. */
  readonly hashKey?: SecretText | undefined;
  /** Where an address is, for {@link GeoVelocityService.recordLogin}. */
  readonly placeOf: (address: IpAddress) => MaybePromise<LoginPlace>;
  /** Whether logins that may be findings are marked until somebody has settled them: see {@link LoginReport.isOwed}. @default false */
  readonly isWatched?: boolean | undefined;
  /** Told of each login of {@link GeoVelocityService.recordLogin}; it is not waited for, and may throw. */
  readonly onRecorded?: ((userId: string, report: LoginReport) => void) | undefined;
}

/** How many there were. */
export interface ErasedUser {
  readonly logins: number;
  readonly trust: number;
  /** On record, and nobody's any more. */
  readonly decisions: number;
}

/** Users' logins, and what they tell of their travel. */
export class GeoVelocityService {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly limits: TravelLimits;
  private readonly retentionDays: number;
  private readonly addressMs: number;
  private readonly placeOf: (address: IpAddress) => MaybePromise<LoginPlace>;
  private readonly pseudonyms: Pseudonyms;
  private readonly store: LoginStore;
  private readonly isWatched: boolean;
  private readonly onRecorded: GeoVelocityServiceOptions['onRecorded'];

  constructor(options: GeoVelocityServiceOptions) {
    const { database, clock, limits = DEFAULT_TRAVEL_LIMITS, retentionDays = 90, addressDays = 30 } = options;
    this.database = database;
    this.clock = clock;
    this.limits = limits;
    this.retentionDays = retentionDays;
    this.addressMs = addressDays * DAY_MS;
    this.placeOf = options.placeOf;
    this.pseudonyms = new Pseudonyms(options.hashKey, new EpochSalts({ database, clock, retentionDays }));
    this.store = new LoginStore({ database, horizonMs: horizonMs(limits) });
    this.isWatched = options.isWatched ?? false;
    this.onRecorded = options.onRecorded;
  }

  /**
   * What a login would say of its user's travel; nothing is recorded. An embedded database that this process has not
   * opened, or is making, is left alone: there every login is the first.
   *
   * @throws InvalidLoginError | StorageError
   */
  async check(event: LoginEvent): Promise<TravelReport> {
    const { kind, status, isBeingMade = false } = this.database.report();
    // Whatever is asked of it, the salt of a pseudonym too, would create it, or wait until it is.
    const isUnused = isBeingMade || (kind === 'embedded' && status === 'closed');
    const login = await this.loginOf(event, AFTER_ALL_IDS, isUnused);
    const found = isUnused ? NOTHING : await this.store.check(event.userId, login);
    const [point, before] = pointsAround(login, found);
    return {
      verdict: judgeTravel(before, point, this.limits),
      relief: await this.reliefOf(login, event.address, found.trust),
      isHeld: isHeldAt(found.trust, this.clock.now()),
    };
  }

  /**
   * Records a login, once: reported again, it changes nothing and the report is about the login as it was recorded.
   *
   * @throws InvalidLoginError | StorageError
   */
  async record(event: LoginEvent): Promise<LoginReport> {
    const login = await this.loginOf(event, undefined, false);
    const [own] = pointsAround(login, NOTHING);
    const found = await this.store.record(event.userId, login, {
      isComparable: isComparable(own),
      isGivenId: event.eventId !== undefined,
      watchedAt: this.isWatched ? this.clock.now() : undefined,
    });
    const { stored } = found;
    if (stored === undefined) return this.judged(login, event.address, found);
    const report = await this.judged(stored, isSameClient(stored, login) ? event.address : undefined, found);
    return { ...report, isDuplicate: true, found: [], withdrawn: [] };
  }

  /**
   * A stored login in the user's history as it is now, judged as though it were new, and owed.
   *
   * @returns `undefined` where it is gone
   * @throws StorageError
   */
  async findingsAt(userId: string, eventId: string): Promise<LoginReport | undefined> {
    const found = await this.store.find(userId, eventId);
    if (found === undefined) return undefined;
    const { stored } = found;
    const address = stored.ip === undefined ? undefined : parseIpAddress(stored.ip);
    return this.judged(stored, address, { ...found, isMarked: true });
  }

  /**
   * Looks the address up and records the login.
   *
   * @param ts milliseconds since 1970, or a Date. @default now
   * @param eventId the same for the same login, however often it is reported
   * @throws InvalidLoginError | StorageError
   */
  async recordLogin(userId: string, ip: string, ts?: Date | number, eventId?: string): Promise<LoginReport> {
    assertUserId(userId);
    const address = parseIpAddress(ip);
    if (address === undefined) throw new InvalidLoginError('The address of a login is one IPv4 or IPv6 address.');
    const now = this.clock.now();
    const instant = ts === undefined ? undefined : acceptedInstant(ts, now, this.retentionDays);
    if (eventId !== undefined) assertEventId(eventId);
    const report = await this.record({ userId, address, place: await this.placeOf(address), ts: instant, eventId });
    this.tell(userId, report);
    return report;
  }

  /** Every finding of the user's stored logins in order of time, announced travel left out. @throws InvalidLoginError | StorageError */
  async findings(userId: string): Promise<TravelFinding[]> {
    assertUserId(userId);
    const findings = await findingsOfPages(this.store.pages(userId), this.limits);
    return findings.length === 0 ? findings : withoutAnnounced(findings, await this.store.announced(userId));
  }

  /**
   * Deletes the user's logins and all trust in the user, and takes the user out of decisions. Alerts are left:
   * `UserErasure` does both.
   *
   * @throws InvalidLoginError | StorageError
   */
  async erase(userId: string): Promise<ErasedUser> {
    assertUserId(userId);
    return this.store.erase(userId);
  }

  private async judged(login: StoredLogin, address: IpAddress | undefined, found: Surroundings): Promise<LoginReport> {
    const [point, before, after] = pointsAround(login, found);
    const change = findingsAround(before, point, after, this.limits);
    return {
      login: point,
      isDuplicate: false,
      verdict: judgeTravel(before, point, this.limits),
      relief: await this.reliefOf(login, address, found.trust),
      isHeld: isHeldAt(found.trust, this.clock.now()),
      found: withoutAnnounced(change.found, found.trust),
      withdrawn: withoutAnnounced(change.withdrawn, found.trust),
      isOwed: found.isMarked,
      client: found.isMarked ? { ip: login.ip, network: await this.networkOf(address) } : undefined,
    };
  }

  private tell(userId: string, report: LoginReport): void {
    try {
      this.onRecorded?.(userId, report);
    } catch {
      // The login is recorded, and its mark stands.
    }
  }

  private async loginOf(event: LoginEvent, anonymousId: string | undefined, isNameless: boolean): Promise<StoredLogin> {
    const { userId, place, ts, eventId } = event;
    // The address inside NAT64, 6to4 and Teredo ones, as everywhere: all clients of a NAT64 would be one network.
    const address = effectiveAddress(event.address);
    assertUserId(userId);
    if (eventId !== undefined) assertEventId(eventId);
    const now = this.clock.now();
    const instant = acceptedInstant(ts, now, this.retentionDays);
    const names = isNameless ? NAMELESS : await this.pseudonyms.of(address, instant);
    return {
      eventId: eventId ?? anonymousId ?? (ts === undefined ? randomUUID() : names.event(userId, instant)),
      ts: instant,
      ip: instant > now - this.addressMs ? address.text : undefined,
      ipPseudonym: names.address,
      prefixPseudonym: names.prefix,
      place: storablePlace(place),
    };
  }

  private async reliefOf(
    { ts, place }: StoredLogin,
    address: IpAddress | undefined,
    trust: readonly TrustEntry[],
  ): Promise<TravelRelief | undefined> {
    if (trust.length === 0) return undefined;
    return strongestRelief(trust, { country: place.country, network: await this.networkOf(address), ts });
  }

  private async networkOf(address: IpAddress | undefined): Promise<string | undefined> {
    return address && this.pseudonyms.lastingNetwork(effectiveAddress(address));
  }
}

const NOTHING: Surroundings = { stored: undefined, before: [], after: [], trust: [], isMarked: false };
/** Of a login that is compared with nothing. */
const NAMELESS = { address: undefined, prefix: undefined, event: randomUUID };

function isSameClient(a: StoredLogin, b: StoredLogin): boolean {
  return a.ipPseudonym === b.ipPseudonym || (a.ip !== undefined && a.ip === b.ip);
}

/** The login and its neighbours, with addresses that can be compared. */
function pointsAround(
  login: StoredLogin,
  { before, after }: Surroundings,
): [login: TravelPoint, before: TravelPoint[], after: TravelPoint[]] {
  const points = linkedPoints([...before, login, ...after]);
  const [point] = points.slice(before.length);
  // One point for each login.
  return [point as TravelPoint, points.slice(0, before.length), points.slice(before.length + 1)];
}

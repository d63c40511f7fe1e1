import { parseIpAddress } from '../../../common/ip/ip-address.js';
import { networkOf } from '../privacy/network-of.js';
import type { TravelPoint } from '../travel/travel-point.js';
import type { StoredLogin } from './stored-login.js';

/**
 * Logins as points whose addresses can be compared. Pseudonyms of one month are comparable as they are. Those of two
 * months are linked where both addresses are still there in plain: the pseudonym of the first stands for both.
 *
 * @param logins of one user
 */
export function linkedPoints(logins: readonly StoredLogin[]): TravelPoint[] {
  return isOneMonth(logins) ? logins.map(asTheyAre) : linked(logins);
}

/** Nearly always, and a quarter of the work. */
function isOneMonth(logins: readonly StoredLogin[]): boolean {
  const month = monthOf(logins[0]?.ts ?? 0);
  return logins.every(
    ({ ts, ipPseudonym, prefixPseudonym }) =>
      ipPseudonym !== undefined && prefixPseudonym !== undefined && monthOf(ts) === month,
  );
}

function monthOf(ts: number): number {
  const date = new Date(ts);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function asTheyAre({ eventId, ts, ipPseudonym, prefixPseudonym, place }: StoredLogin): TravelPoint {
  return { ...place, eventId, ts, address: ipPseudonym ?? '', prefix: prefixPseudonym ?? '' };
}

function linked(logins: readonly StoredLogin[]): TravelPoint[] {
  const addresses = new Links();
  const prefixes = new Links();
  for (const { ip, ipPseudonym, prefixPseudonym } of logins) {
    if (ip === undefined) continue;
    addresses.link(ip, ipPseudonym);
    prefixes.link(networkText(ip), prefixPseudonym);
  }
  return logins.map(({ eventId, ts, ip, ipPseudonym, prefixPseudonym, place }) => ({
    ...place,
    eventId,
    ts,
    address: addresses.nameOf(ip, ipPseudonym, eventId),
    prefix: prefixes.nameOf(ip === undefined ? undefined : networkText(ip), prefixPseudonym, eventId),
  }));
}

function networkText(ip: string): string {
  const address = parseIpAddress(ip);
  return address === undefined ? ip : networkOf(address);
}

class Links {
  private readonly nameByPlain = new Map<string, string>();
  private readonly nameByPseudonym = new Map<string, string>();

  link(plain: string, pseudonym: string | undefined): void {
    const name = this.nameByPlain.get(plain) ?? this.nameByPseudonym.get(pseudonym ?? '') ?? pseudonym ?? plain;
    this.nameByPlain.set(plain, name);
    if (pseudonym !== undefined) this.nameByPseudonym.set(pseudonym, name);
  }

  nameOf(plain: string | undefined, pseudonym: string | undefined, eventId: string): string {
    const linked = plain === undefined ? undefined : this.nameByPlain.get(plain);
    if (linked !== undefined) return linked;
    // A login that nothing is known of has an address of its own.
    return pseudonym === undefined ? `event:${eventId}` : (this.nameByPseudonym.get(pseudonym) ?? pseudonym);
  }
}

import type { IpAddress } from '../../../common/ip/ip-address.js';
import { prefixOf } from '../../../common/ip/ip-prefix.js';

/** The network that a client shares with its neighbours: the /24 of an IPv4 and the /48 of an IPv6 address. */
export function networkOf(address: IpAddress): string {
  return prefixOf(address, address.family === 4 ? 24 : 48).text;
}

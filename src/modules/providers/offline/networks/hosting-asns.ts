import { NetworkClasses } from './network-classes.js';

/** The networks of servers in the table that comes with the package, VPN hosters among them, in order of number. */
export function hostingAsns(): readonly number[] {
  return NetworkClasses.shipped().asnsOf(['hosting', 'vpn-hosting']);
}

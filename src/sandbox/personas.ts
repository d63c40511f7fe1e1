import { BlockList } from 'node:net';
import { familyOf } from './asked-address.js';
import type { PersonaName } from './persona-name.js';
import { PLACES, type Place } from './places.js';

/** A kind of sender that every vendor knows in its own words. */
export interface Persona {
  readonly name: PersonaName;
  readonly description: string;
  readonly ipv4: string;
  /** Stands for its whole /64, as one subscriber has one. */
  readonly ipv6: string | undefined;
  readonly place: Place;
}

type Row = readonly [name: PersonaName, ipv4: string, ipv6: string | undefined, description: string];

/**
 * The addresses are ones that clients really have, because special-purpose addresses never reach a vendor. What the
 * sandbox says of them is made up: it claims nothing about who holds them.
 */
const ROWS: readonly Row[] = [
  ['clean-home', '91.128.103.196', '2a00:801:230:1::10', 'A household line; every address not in this table is one'],
  ['vpn', '185.159.157.8', '2a07:b944::2:1', 'The exit of a commercial VPN'],
  ['residential-proxy', '73.162.104.19', '2601:647:4d00::10', 'A household line that a proxy network rents out'],
  ['tor-exit', '185.220.101.1', '2a0b:f4c2::1', 'A Tor exit, in abuse lists as most are'],
  ['data-centre', '3.5.140.1', '2406:da12::1', 'A rented server that is no VPN'],
  ['blacklisted', '80.94.95.10', undefined, 'A server that attacks and stands in abuse lists'],
  ['relay', '172.224.226.1', '2a02:26f7:b00a:4000::1', 'The egress of iCloud Private Relay'],
  ['crawler', '66.249.66.1', '2001:4860:4801:4c::1', 'The crawler of a search engine'],
];

export const PERSONAS: readonly Persona[] = ROWS.map(([name, ipv4, ipv6, description]) => ({
  name,
  description,
  ipv4,
  ipv6,
  place: PLACES[name],
}));

const [CLEAN_HOME] = PERSONAS as readonly [Persona, ...Persona[]];

// An IPv4 address has one spelling; looking it up as text keeps lists of 50,000 quick.
const BY_IPV4: ReadonlyMap<string, Persona> = new Map(PERSONAS.map((persona) => [persona.ipv4, persona]));

const IPV6_NETWORKS = PERSONAS.flatMap((persona) => {
  if (persona.ipv6 === undefined) return [];
  const network = new BlockList();
  network.addSubnet(persona.ipv6, 64, 'ipv6');
  return [{ persona, network }];
});

/** Whom a global address is, in any spelling of it. */
export function personaOf(address: string): Persona {
  if (familyOf(address) === 4) return BY_IPV4.get(address) ?? CLEAN_HOME;
  return IPV6_NETWORKS.find(({ network }) => network.check(address, 'ipv6'))?.persona ?? CLEAN_HOME;
}

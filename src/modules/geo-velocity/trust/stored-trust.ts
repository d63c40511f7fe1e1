import type { TrustEntry } from './relief.js';

/** Kind, country, network, since and until, as the schema's functions give them. */
export type TrustRow = readonly [TrustEntry['kind'], string | null, string | null, number, number];

export function readTrust([kind, country, network, since, until]: TrustRow): TrustEntry {
  return { kind, country: country ?? undefined, network: network ?? undefined, since, until };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidDatasetError } from '../../../common/errors/ip-risk.error.js';
import { effectiveAddress } from '../../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import { parseIpPrefix } from '../../../common/ip/ip-prefix.js';
import { IpRangeSet } from '../../../common/ip/ip-range-set.js';

const FILE = join(import.meta.dirname, '../../../../config/anycast.csv');

/** Networks that stand in many places at once, so that an address in them is in none. */
export class AnycastNetworks {
  static #shipped: AnycastNetworks | undefined;

  private constructor(private readonly ranges: IpRangeSet) {}

  /** The list that comes with the package, read once; its sources and date stand in the file. */
  static shipped(): AnycastNetworks {
    return (AnycastNetworks.#shipped ??= AnycastNetworks.parse(readFileSync(FILE, 'utf8')));
  }

  /** @throws InvalidDatasetError for a row whose first column is no CIDR block. */
  static parse(csv: string): AnycastNetworks {
    const lines = csv.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const prefixes = lines.slice(1).map((line) => {
      const text = (line.split(',')[0] ?? '').trim();
      const prefix = parseIpPrefix(text);
      if (prefix === undefined) throw new InvalidDatasetError(`anycast.csv: "${text}" is not a block of addresses.`);
      return prefix;
    });
    return new AnycastNetworks(IpRangeSet.from(prefixes));
  }

  has(address: IpAddress): boolean {
    return this.ranges.has(effectiveAddress(address));
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';

export const NETWORK_CLASSES = [
  'hosting',
  'vpn-hosting',
  'mobile',
  'satellite',
  'relay-operator',
  'tor-operator',
] as const;

/** What kind of network an autonomous system is. */
export type NetworkClass = (typeof NETWORK_CLASSES)[number];

export interface ClassifiedNetwork {
  readonly class: NetworkClass;
  /** 0–1: how sure an address of the network is of its class. */
  readonly confidence: number;
  readonly evidence: 'asn-table' | 'organisation-name';
}

interface NamePattern {
  readonly pattern: RegExp;
  readonly network: ClassifiedNetwork;
}

const CONFIG = join(import.meta.dirname, '../../../../../config');

/** Class of a network by its ASN, from the curated table; where that is silent, by its organisation's name, less surely. */
export class NetworkClasses {
  private readonly byName = new Map<number, ClassifiedNetwork | undefined>();

  constructor(
    private readonly byAsn: ReadonlyMap<number, ClassifiedNetwork>,
    private readonly patterns: readonly NamePattern[],
  ) {}

  /** The tables that come with the package; their sources and dates stand in the files. */
  static shipped(): NetworkClasses {
    const read = (file: string): string => readFileSync(join(CONFIG, file), 'utf8');
    return NetworkClasses.parse(read('networks.csv'), read('organisation-names.csv'));
  }

  /** @throws InvalidDatasetError for a row that cannot be read. */
  static parse(networksCsv: string, namesCsv: string): NetworkClasses {
    const byAsn = new Map<number, ClassifiedNetwork>();
    for (const [asn, networkClass, confidence] of rowsOf(networksCsv)) {
      if (!/^\d+$/.test(asn)) throw new InvalidDatasetError(`networks.csv: "${asn}" is not an ASN.`);
      byAsn.set(Number(asn), classified(networkClass, confidence, 'asn-table'));
    }
    const patterns = rowsOf(namesCsv).map(([words, networkClass, confidence]) => ({
      pattern: wholeWords(words),
      network: classified(networkClass, confidence, 'organisation-name'),
    }));
    // Of several that match, the surest speaks.
    return new NetworkClasses(
      byAsn,
      patterns.toSorted((a, b) => b.network.confidence - a.network.confidence),
    );
  }

  /** The listed ASNs of these classes, in order of number. */
  asnsOf(classes: readonly NetworkClass[]): number[] {
    const listed = [...this.byAsn].filter(([, network]) => classes.includes(network.class));
    return listed.map(([asn]) => asn).toSorted((a, b) => a - b);
  }

  classOf(asn: number, organization: string | undefined): ClassifiedNetwork | undefined {
    const listed = this.byAsn.get(asn);
    if (listed !== undefined || organization === undefined) return listed;
    if (this.byName.has(asn)) return this.byName.get(asn);
    const named = this.patterns.find(({ pattern }) => pattern.test(organization))?.network;
    this.byName.set(asn, named);
    return named;
  }
}

/** The first three columns; none of them ever holds a comma. */
function rowsOf(csv: string): [string, string, string][] {
  const lines = csv.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.slice(1).map((line) => {
    const [first = '', second = '', third = ''] = line.split(',').map((cell) => cell.trim());
    return [first, second, third];
  });
}

/** Matches the words where no letter or digit of any script touches them, in any case. */
function wholeWords(words: string): RegExp {
  if (words === '') throw new InvalidDatasetError('organisation-names.csv: a row has no pattern.');
  const escaped = words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'iu');
}

function classified(
  networkClass: string,
  confidence: string,
  evidence: ClassifiedNetwork['evidence'],
): ClassifiedNetwork {
  const found = NETWORK_CLASSES.find((name) => name === networkClass);
  const sureness = Number(confidence);
  if (found === undefined || !(sureness > 0 && sureness <= 1)) {
    throw new InvalidDatasetError(`"${networkClass},${confidence}" is not a network class and a confidence of 0-1.`);
  }
  return { class: found, confidence: sureness, evidence };
}

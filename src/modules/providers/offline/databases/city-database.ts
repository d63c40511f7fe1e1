import type { IpAddress } from '../../../../common/ip/ip-address.js';
import type { IpLocation } from '../../ip-intelligence.js';
import { toIpLocation } from './city-record.js';
import { MmdbFile } from './mmdb-file.js';

/** Locations from one or more MaxMind DB files, each asked only for the address family it holds. */
export class CityDatabase {
  private readonly locations = new WeakMap<object, IpLocation>();

  private constructor(private readonly files: readonly MmdbFile[]) {}

  static async open(paths: readonly string[]): Promise<CityDatabase> {
    return new CityDatabase(await Promise.all(paths.map((path) => MmdbFile.open(path))));
  }

  get name(): string {
    return this.files.map(({ name }) => name).join('+');
  }

  /** ISO day of the oldest file. */
  get date(): string | undefined {
    return this.files.map(({ date }) => date).sort()[0];
  }

  find(address: IpAddress): IpLocation | undefined {
    for (const file of this.files) {
      const record = file.find(address);
      if (typeof record === 'object') return this.locationOf(record);
    }
    return undefined;
  }

  async reloadIfChanged(): Promise<boolean> {
    const reloaded = await Promise.all(this.files.map((file) => file.reloadIfChanged()));
    return reloaded.includes(true);
  }

  /** The reader hands out one object for all addresses of a record, so that each is mapped once. */
  private locationOf(record: object): IpLocation | undefined {
    const known = this.locations.get(record);
    if (known !== undefined) return known;
    const location = toIpLocation(record);
    if (location !== undefined) this.locations.set(record, location);
    return location;
  }
}

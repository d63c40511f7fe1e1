import type { IpAddress } from '../../../../common/ip/ip-address.js';
import type { IpLocation } from '../../ip-intelligence.js';
import { toIpLocation } from './city-record.js';
import { MmdbFile } from './mmdb-file.js';

/** Locations from one or more MaxMind DB files, each asked only for the address family it holds. */
export class CityDatabase {
  private constructor(readonly files: readonly MmdbFile[]) {}

  static async open(paths: readonly string[]): Promise<CityDatabase> {
    return new CityDatabase(await Promise.all(paths.map((path) => MmdbFile.open(path, 'city'))));
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
      if (record !== undefined) return toIpLocation(record);
    }
    return undefined;
  }
}

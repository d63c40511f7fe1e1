// The embedded database: it dies with the process that writes, and the next one opens its directory.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

export class EmbeddedStore {
  static storeName = 'embedded';

  name = EmbeddedStore.storeName;
  kills = ['writer'];

  /** @returns why it cannot be played here. */
  static missing() {
    return undefined;
  }

  constructor(directory) {
    this.database = { directory: join(mkdtempSync(join(directory, 'embedded-')), 'postgres') };
  }

  /** From and to: milliseconds after its start at which a writer is likely to be opening the store. */
  openingMs(isFirst) {
    return isFirst ? [50, 2_000] : [50, 700];
  }

  async start() {}

  async stop() {}
}

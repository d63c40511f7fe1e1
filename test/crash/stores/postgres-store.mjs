// A real Postgres: the writer dies, or the whole server, or one of its backends, for which it ends all the others.
import { PrivatePostgres } from './private-postgres.mjs';

export class PostgresStore {
  static storeName = 'postgres';

  #server;
  name = PostgresStore.storeName;
  kills = ['writer', 'server', 'backend'];

  /** @returns why it cannot be played here. */
  static missing() {
    return PrivatePostgres.missing();
  }

  /** From and to: milliseconds after its start at which a writer is likely to be opening the store. */
  openingMs(isFirst) {
    return isFirst ? [50, 500] : [50, 300];
  }

  async start() {
    this.#server = await PrivatePostgres.create();
    await this.#server.start();
    this.database = { url: this.#server.url };
  }

  async crash(kill) {
    if (kill === 'server') await this.#server.kill();
    else this.#server.killBackend();
  }

  /** After a backend's death the server comes back by itself. */
  async recover(kill) {
    if (kill === 'server') await this.#server.start();
    else await this.#server.answers();
  }

  async stop() {
    await this.#server?.remove();
  }
}

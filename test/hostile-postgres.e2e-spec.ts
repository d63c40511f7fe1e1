import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FakeClock } from './support/fake-clock.js';
import { createDatabase } from '../src/modules/storage/open-database.js';
import { POSTGRES_URL } from './support/databases.js';

/** What a server says to whoever connects and sends something. */
const ANSWERS: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['a way to sign in that nobody knows', Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 99])],
  ['a message that nobody knows', Buffer.from([0x7f, 0, 0, 0, 4])],
  ['a web page', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['that all is well, and no rows', Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49])],
];

describe('a server that is no Postgres', () => {
  let server: Server;
  const sockets: Socket[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  it.each(ANSWERS)(
    'is unavailable, and ends nothing, when it answers %s',
    async (_, bytes) => {
      server = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.on('data', () => socket.write(bytes));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const database = createDatabase({ url: `postgres://u@127.0.0.1:${port}/d` }, [], new FakeClock());
      await expect(database.open()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
      await database.close();
    },
    20_000,
  );
});

const onPostgres = POSTGRES_URL === undefined ? describe.skip : describe;

onPostgres('a Postgres whose role has settings of its own', () => {
  it('is asked under ours: what others committed is seen, and names are those of Postgres', async () => {
    const url = new URL(POSTGRES_URL ?? '');
    url.searchParams.set('options', '-c default_transaction_isolation=serializable -c search_path=public');
    const schema = `test_settings_${Date.now().toString(36)}`;
    const database = createDatabase({ url: url.href, schema }, [], new FakeClock());
    const { rows } = await database.query(
      "select current_setting('transaction_isolation') as isolation, current_setting('search_path') as path",
    );
    await database.query(`drop schema if exists ${schema} cascade`);
    await database.close();
    expect(rows).toEqual([{ isolation: 'read committed', path: 'pg_catalog, pg_temp' }]);
  });
});

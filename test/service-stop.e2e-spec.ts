import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeProcess } from './support/node-process.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';

/** Milliseconds that whoever asked waits before it kills, and a little for the test itself. */
const MOST_MS = 10_500;

const directory = mkdtempSync(join(tmpdir(), 'ip-risk-stop-'));
const BASICS = { PORT: '0', IP_RISK_FEEDS: 'none', IP_RISK_DATA_DIR: directory, IP_RISK_DECISION_LOG: 'off' };
const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const itWithRedis = isInstalled ? it : it.skip;

jest.setTimeout(60_000);
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Asks it to stop, and kills it where it does not. */
async function stopped(service: NodeProcess): Promise<unknown> {
  const kill = setTimeout(() => {
    service.stop('SIGKILL');
  }, MOST_MS);
  service.stop();
  const code = await service.exit();
  clearTimeout(kill);
  return code;
}

describe('a service that is asked to stop', () => {
  it('ends within ten seconds whatever hangs, and says that work was left', async () => {
    const service = new NodeProcess(['dist/main.js'], BASICS);
    const [, url = ''] = await service.logged(/Listening on (\S+) after \d+ ms/);
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    // A request whose body never comes.
    socket.write(
      'POST /v1/ips/risk HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    const code =
      "import { endWhenAsked } from './dist/end-when-asked.js'; endWhenAsked(300); setInterval(() => {}, 1000); " +
      "process.on('SIGTERM', () => {}); console.log('ready')";
    // As where a provider never stops.
    const hanging = new NodeProcess(['--input-type=module', '-e', code]);
    await hanging.logged(/ready/);
    expect(await Promise.all([stopped(service), stopped(hanging)])).toEqual([1, 1]);
    const told = 'nestjs-ip-risk did not stop in time, so it was ended with work unfinished.\n';
    expect([service.stderr, hanging.stderr]).toEqual([told, told]);
    socket.destroy();
  });

  itWithRedis('ends well with Redis frozen', async () => {
    const redis = await RedisProcess.start();
    const service = new NodeProcess(['dist/main.js'], { ...BASICS, REDIS_URL: redis.url });
    await service.logged(/Listening on (\S+) after \d+ ms/);
    redis.freeze();
    expect(await stopped(service)).toBe(0);
    expect(service.stderr).toBe('');
    await redis.close();
  });
});

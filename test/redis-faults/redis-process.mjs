// Redis and the proxy before it in a process of their own, with the faults: what they cost is not the app's.
import { answerCommands } from '../faults/child.mjs';
import { FaultyRedis } from './faulty-redis.mjs';
import { PrivateRedis } from './private-redis.mjs';
import { timesAndMemory } from './request-times.mjs';

let redis;
let proxy;
let slot;

process.on('SIGTERM', () => process.exit());
process.on('exit', () => redis?.killNow());

const played = (mode) => ({ begin: () => proxy.set(mode), end: () => proxy.set('pass') });

/** What begins each fault, and what ends it. READONLY and OOM are Redis' own answers; a proxy's would be made up. */
const FAULTS = {
  down: {
    begin: () => proxy.close(),
    end: async () => {
      proxy = await FaultyRedis.start({ port: redis.port }, slot);
    },
  },
  killed: { begin: () => redis.kill(), end: () => redis.launch() },
  frozen: { begin: () => redis.freeze(), end: () => redis.thaw() },
  reset: played('reset'),
  garbage: played('garbage'),
  readonly: {
    // Nobody listens on port 1: a replica that lost its master serves what it has.
    begin: () => redis.ask('REPLICAOF', '127.0.0.1', '1'),
    end: () => redis.ask('REPLICAOF', 'NO', 'ONE'),
  },
  oom: {
    begin: () => redis.ask('CONFIG', 'SET', 'maxmemory', '1'),
    end: () => redis.ask('CONFIG', 'SET', 'maxmemory', '0'),
  },
  loading: played('loading'),
  noauth: played('noauth'),
  slow: { begin: () => proxy.set('slow', 5_000), end: () => proxy.set('pass') },
  silent: played('hang'),
  healthy: { begin: () => undefined, end: () => undefined },
};

answerCommands({
  ...timesAndMemory,
  /** @returns where clients find it; the password goes encoded into the URL. */
  start: async ({ password }) => {
    redis = await PrivateRedis.start(password);
    proxy = await FaultyRedis.start({ port: redis.port });
    slot = proxy.port;
    return `redis://:${encodeURIComponent(password)}@127.0.0.1:${slot}`;
  },
  begin: async ({ fault }) => void (await FAULTS[fault].begin()),
  end: async ({ fault }) => void (await FAULTS[fault].end()),
  /** Between two cells, so that none finds what another left. */
  empty: async () => void (await redis.ask('FLUSHALL')),
});

import type { Redis } from 'ioredis';
import type { Clock } from '../clock/clock.js';
import { systemClock } from '../clock/clock.js';
import { RedisUrl, type RedisKind } from './redis-url.js';
import { OutageGate } from './outage-gate.js';
import { RedisClients, type RedisClient } from './redis-clients.js';
import { connectionCode, failureIn, RedisReplyError, RedisUnavailableError } from './redis-errors.js';
import { RedisListener } from './redis-listener.js';
import { probeRedis } from './redis-probe.js';

export type { RedisClient } from './redis-clients.js';
export { RedisReplyError, RedisUnavailableError } from './redis-errors.js';

export interface RedisStoreOptions {
  /** Milliseconds that one piece of work may take. @default 50 */
  readonly deadlineMs?: number;
  /** Told once for each outage, and once when it is over; the text holds no password and no address. */
  readonly warn?: (message: string) => void;
  readonly clock?: Clock;
  /** Names the setting in errors and warnings. @default 'REDIS_URL' */
  readonly setting?: string;
}

/** What an operator may know. */
export interface RedisReport {
  readonly status: 'up' | 'down';
  readonly kind: RedisKind;
  /** Milliseconds since 1970. */
  readonly downSince?: number;
  /** Why it is down, in one word such as `ECONNREFUSED`, `TIMEOUT` or `NOAUTH`. */
  readonly reason?: string;
  /** What is refused while other commands are served, in one word such as `OOM`, `READONLY` or `NOPERM`. */
  readonly refuses?: string;
}

/** Milliseconds that the first connection may take before the caller goes on without it. */
const OPEN_MS = 900;
/** Milliseconds until a client that gave up is started again. */
const REVIVE_MS = 1000;

/** Questions in a row that may go unanswered before the connection is made anew: about a second. */
const MOST_SILENT_PROBES = 4;

/** Redis within a deadline: whoever asks hears of a failure at once and goes on without it. */
export class RedisStore {
  readonly #client: RedisClient;
  readonly #listener: RedisListener;
  readonly #gate: OutageGate;
  private silentProbes = 0;
  private lastError: string | undefined;
  private hasEnded = false;

  private constructor(
    clients: RedisClients,
    private readonly kind: RedisKind,
    private readonly options: Required<RedisStoreOptions>,
  ) {
    const { clock, warn } = options;
    this.#client = clients.client();
    this.#listener = new RedisListener({
      connect: () => clients.listener(this.#client),
      clock,
      onRefused: (code) => {
        if (this.isUp) this.#gate.refuse(code);
      },
    });
    this.#gate = new OutageGate({
      clock,
      warn,
      setting: options.setting,
      probe: () => this.probe(),
    });
    this.watch();
  }

  /**
   * Takes a second at most. Redis may be away: the store is down then, and up as soon as it can be.
   *
   * @throws InvalidConfigurationError unless `url` is one that {@link RedisUrl} takes.
   */
  static async open(url: string, options: RedisStoreOptions = {}): Promise<RedisStore> {
    const settings = { deadlineMs: 50, warn: () => undefined, clock: systemClock, setting: 'REDIS_URL', ...options };
    const parsed = RedisUrl.parse(url, settings.setting);
    const store = new RedisStore(await RedisClients.load(parsed), parsed.kind, settings);
    await store.start();
    return store;
  }

  /** False while Redis is known to be away: not worth the try. */
  get isUp(): boolean {
    return this.#gate.isUp;
  }

  report(): RedisReport {
    const { downSince, downReason, lastRefusal } = this.#gate;
    const refusal = lastRefusal ?? this.#listener.refusal;
    return {
      status: this.isUp ? 'up' : 'down',
      kind: this.kind,
      ...(downSince === undefined ? {} : { downSince }),
      ...(downReason === undefined ? {} : { reason: downReason }),
      ...(refusal === undefined ? {} : { refuses: refusal }),
    };
  }

  /**
   * Runs commands and settles within the deadline, always. What was sent before it failed may have been done all the same.
   *
   * @throws RedisUnavailableError when Redis is away, late, or refuses to serve.
   * @throws RedisReplyError when the command cannot be done, such as with a foreign value under the key.
   */
  async run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    if (!this.isUp) throw new RedisUnavailableError('Redis is away.');
    try {
      return await this.within(work(this.#client));
    } catch (error) {
      throw this.failureOf(error);
    }
  }

  /**
   * Listens to messages of every process, also after Redis was away; what was said meanwhile is lost.
   *
   * @param onGap called when listening begins again and messages may have been lost.
   * @returns what ends it.
   */
  subscribe(channel: string, listener: (message: string) => void, onGap: () => void = () => undefined): () => void {
    if (this.hasEnded) return () => undefined;
    return this.#listener.subscribe(channel, { listener, onGap });
  }

  /** Waits for nothing; what is under way fails. */
  close(): void {
    this.hasEnded = true;
    this.#gate.end();
    this.#listener.close();
    this.#client.disconnect();
  }

  private watch(): void {
    const client = this.#client as Redis;
    client.on('ready', () => {
      this.lastError = undefined;
      void this.#gate.recheck();
    });
    client.on('error', (error: Error) => {
      this.lastError = connectionCode(error);
      this.#gate.explain(this.lastError);
    });
    client.on('close', () => {
      this.#gate.lose(this.lastError ?? 'DISCONNECTED');
    });
    client.on('end', () => {
      if (!this.hasEnded) this.options.clock.after(REVIVE_MS, () => void this.connect());
    });
    // A cluster's nodes are connected before the first command that needs them, which would have to wait.
    client.on('+node', (node: Redis) => {
      if (node.options.readOnly !== true) node.connect().catch(() => undefined);
    });
    client.on('node error', (error: Error) => {
      this.#gate.explain(connectionCode(error));
    });
  }

  private async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.options.clock.after(OPEN_MS, resolve);
      void this.connect().then(cancel).then(resolve);
    });
    await this.#gate.recheck();
  }

  private async probe(): Promise<void> {
    try {
      await probeRedis(this.#client, (work) => this.within(work));
    } catch (error) {
      const { kind, code } = failureIn(error);
      if (kind === 'away') this.#gate.explain(code);
      // After broken bytes a connection may wait for ever for the end of a reply that is none, also before it is ready.
      const isSilent = error instanceof DeadlineError || this.#client.status === 'connect';
      this.silentProbes = isSilent ? this.silentProbes + 1 : 0;
      if (isSilent && this.silentProbes % MOST_SILENT_PROBES === 0) this.#client.disconnect(true);
      throw error;
    }
    this.silentProbes = 0;
  }

  private async connect(): Promise<void> {
    if (!this.hasEnded) await this.#client.connect().catch(() => undefined);
  }

  /** Rejects after the deadline. What comes later is dropped. */
  private within<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.options.clock.after(this.options.deadlineMs, () => {
        // One more look at the sockets: in a process that was busy the answer may lie there.
        setImmediate(() => {
          reject(new DeadlineError());
        });
      });
      work.finally(cancel).then(resolve, reject);
    });
  }

  private failureOf(error: unknown): unknown {
    if (error instanceof DeadlineError) {
      this.#gate.suspect('TIMEOUT');
      return new RedisUnavailableError('Redis did not answer in time.');
    }
    const { kind, code } = failureIn(error);
    if (kind === 'foreign') return error;
    if (kind === 'reply') return new RedisReplyError(code);
    if (kind === 'away') this.#gate.suspect(code);
    // Of a cluster's nodes the others still serve.
    else if (kind === 'lost' && this.kind !== 'cluster') this.#gate.lose(code);
    else if (this.isUp) this.#gate.refuse(code);
    return new RedisUnavailableError(`Redis does not serve (${code}).`);
  }
}

class DeadlineError extends Error {}

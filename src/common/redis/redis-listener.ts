import type { Redis } from 'ioredis';
import type { Clock } from '../clock/clock.js';
import { reconnectPause } from './redis-clients.js';
import { failureIn } from './redis-errors.js';

interface Ear {
  readonly listener: (message: string) => void;
  readonly onGap: () => void;
}

/** Milliseconds between two signs of life: a connection may be lost without a word, and listening says nothing itself. */
const HEARTBEAT_MS = 1000;
/** The longest pause where Redis does not let us listen: a person has to change that, and nothing is down meanwhile. */
const MOST_REFUSED_PAUSE_MS = 30_000;

export interface RedisListenerOptions {
  /** Makes a connection that is not connected yet and ends when it is lost. */
  readonly connect: () => Redis;
  readonly clock: Clock;
  /** Told each time Redis does not let us listen, in one word such as `NOPERM`. */
  readonly onRefused: (code: string) => void;
}

/** Hears what every process says, on a connection of its own that is made anew for as long as anybody listens. */
export class RedisListener {
  private readonly channels = new Map<string, Set<Ear>>();
  private connection: Redis | undefined;
  private attempts = 0;
  private hasMissed = false;
  private refusedWith: string | undefined;
  private cancelTimer: () => void = () => undefined;

  constructor(private readonly options: RedisListenerOptions) {}

  /** Why Redis does not let us listen, in one word; `undefined` where it does, or where nobody listens. */
  get refusal(): string | undefined {
    return this.refusedWith;
  }

  subscribe(channel: string, ear: Ear): () => void {
    const ears = this.channels.get(channel);
    if (ears === undefined) this.channels.set(channel, new Set([ear]));
    else ears.add(ear);
    if (this.connection === undefined) this.open();
    else if (ears === undefined && this.connection.status === 'ready') this.listenTo(this.connection, [channel]);
    return () => {
      this.forget(channel, ear);
    };
  }

  close(): void {
    this.channels.clear();
    this.hangUp();
  }

  private open(): void {
    const connection = this.options.connect();
    this.connection = connection;
    // What is wrong is told by the store; an error without a listener would be printed.
    connection.on('error', () => {
      this.hasMissed = true;
      // It is away, which is soon over.
      this.refusedWith = undefined;
    });
    connection.on('message', (channel: string, message: string) => {
      this.hear(channel, message);
    });
    connection.on('ready', () => {
      this.listenTo(connection, [...this.channels.keys()]);
      this.beat(connection);
    });
    connection.on('end', () => {
      if (this.connection === connection) this.reopen();
    });
    connection.connect().catch(() => undefined);
  }

  private reopen(): void {
    this.hasMissed = true;
    this.attempts += 1;
    this.cancelTimer();
    const mostMs = this.refusedWith === undefined ? undefined : MOST_REFUSED_PAUSE_MS;
    this.cancelTimer = this.options.clock.after(reconnectPause(this.attempts, mostMs), () => {
      this.open();
    });
  }

  private listenTo(connection: Redis, channels: readonly string[]): void {
    connection.subscribe(...channels).then(
      () => {
        this.attempts = 0;
        this.refusedWith = undefined;
        if (!this.hasMissed) return;
        this.hasMissed = false;
        for (const ears of this.channels.values()) for (const { onGap } of ears) unharmed(onGap);
      },
      (error: unknown) => {
        if (this.connection === connection) this.refuse(error);
        connection.disconnect();
      },
    );
  }

  /** An outage is the store's to tell; it does not see what it may do while this may not. */
  private refuse(error: unknown): void {
    const { kind, code } = failureIn(error);
    this.refusedWith = kind === 'refused' || kind === 'reply' ? code : undefined;
    if (this.refusedWith !== undefined) this.options.onRefused(this.refusedWith);
  }

  private beat(connection: Redis): void {
    let isAlive = false;
    if (connection.status === 'ready') {
      connection.ping().then(
        () => (isAlive = true),
        () => undefined,
      );
    }
    this.cancelTimer();
    this.cancelTimer = this.options.clock.after(HEARTBEAT_MS, () => {
      if (this.connection !== connection) return;
      if (isAlive) this.beat(connection);
      else connection.disconnect();
    });
  }

  private hear(channel: string, message: string): void {
    for (const { listener } of this.channels.get(channel) ?? []) {
      unharmed(() => {
        listener(message);
      });
    }
  }

  private forget(channel: string, ear: Ear): void {
    const ears = this.channels.get(channel);
    if (ears?.delete(ear) !== true || ears.size > 0) return;
    this.channels.delete(channel);
    if (this.channels.size === 0) this.hangUp();
    else if (this.connection?.status === 'ready') this.connection.unsubscribe(channel).catch(() => undefined);
  }

  private hangUp(): void {
    this.cancelTimer();
    const { connection } = this;
    this.connection = undefined;
    this.attempts = 0;
    this.hasMissed = false;
    this.refusedWith = undefined;
    connection?.disconnect();
  }
}

/** One listener that throws may not keep the others from hearing, nor end the process. */
function unharmed(task: () => void): void {
  try {
    task();
  } catch {
    // Its own business.
  }
}

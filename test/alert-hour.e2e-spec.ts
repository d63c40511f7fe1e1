import { NO_ALERT_FACTS, type AlertTrigger } from '../src/modules/alerting/alert.js';
import { ChannelHealth } from '../src/modules/alerting/channel-health.js';
import { DeliveryCounters } from '../src/modules/alerting/delivery-counters.js';
import { AlertDeliveries } from '../src/modules/alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from '../src/modules/alerting/outbox/alert-outbox.js';
import { novuChannel } from '../src/modules/notifications/channels/novu/novu-channel.js';
import { AlertDelivery } from '../src/modules/notifications/delivery/alert-delivery.js';
import { buildPayload } from '../src/modules/notifications/payload/build-payload.js';
import type { Database } from '../src/modules/storage/database.js';
import type { Fault } from '../src/sandbox/faults.js';
import { SandboxServer } from '../src/sandbox/sandbox-server.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TIMEOUT_MS = 10_000;
const EVERY_MS = 12 * MINUTE_MS;
const ALERTS = HOUR_MS / EVERY_MS;
/** 5 s doubling to 43 minutes, with nothing to spare for more. */
const MOST_TRIES_IN_AN_HOUR = 10;

/** A day of alerts in one process: outbox and deliveries on a database, the real channel, and a queue that the test turns. */
class Site {
  readonly clock = new FakeClock();
  readonly health = new ChannelHealth(this.clock);
  readonly deliveries: AlertDeliveries;
  private readonly outbox: AlertOutbox;
  private readonly delivery: AlertDelivery;
  /** When each alert of the queue is due. */
  private readonly queue = new Map<string, number>();
  private raised = 0;

  constructor(
    database: Database,
    private readonly sandbox: SandboxServer,
  ) {
    const { clock, health } = this;
    const settings = {
      windowMs: MINUTE_MS,
      capPerHour: 1000,
      groupBy: ['user'],
      asksUsers: false,
      retentionDays: 90,
      addressDays: 30,
    } as const;
    this.outbox = new AlertOutbox({ database, clock, settings });
    this.deliveries = new AlertDeliveries({ database, clock, random: () => 0.5 });
    this.delivery = new AlertDelivery({
      deliveries: this.deliveries,
      channel: novuChannel({
        secretKey: 'not-a-key',
        recipients: [{ kind: 'subscriber', id: 'soc' }],
        serverUrl: sandbox.baseUrls.novu,
        clock,
      }),
      health,
      counters: new DeliveryCounters(),
      payloadOf: (alert) => buildPayload(alert, { publicUrl: undefined, links: undefined }),
      clock,
      timeoutMs: TIMEOUT_MS,
    });
  }

  /** An alert is made and put into the queue. */
  async raise(): Promise<void> {
    await this.outbox.raise([triggerOf((this.raised += 1), this.clock.now())]);
    for (const { id, delayMs } of await this.deliveries.take(100)) {
      if (!this.queue.has(id)) this.queue.set(id, this.clock.now() + delayMs);
    }
  }

  /** Lets time go by until then, and has everything tried that is due meanwhile. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      await this.tryDue();
      if (this.clock.now() >= end) return;
      const next = Math.min(end, ...this.queue.values());
      this.clock.advance(Math.max(0, next - this.clock.now()));
    }
  }

  private async tryDue(): Promise<void> {
    const due = [...this.queue].filter(([, at]) => at <= this.clock.now()).map(([id]) => id);
    const before = this.sandbox.requestCount('novu');
    let ended = 0;
    const tries = due.map((id) => this.tryOne(id).finally(() => (ended += 1)));
    // Where Novu has been asked and does not answer, time goes by.
    for (let isLate = false; ended < due.length;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isLate || !this.isStuck || this.sandbox.requestCount('novu') < before + due.length) continue;
      isLate = true;
      this.clock.advance(TIMEOUT_MS);
    }
    await Promise.all(tries);
  }

  /** Whether Novu takes requests and leaves them. */
  isStuck = false;

  private async tryOne(id: string): Promise<void> {
    const next = await this.delivery.deliver(id, new AbortController().signal);
    if (next === undefined) this.queue.delete(id);
    else this.queue.set(id, this.clock.now() + next);
  }
}

function triggerOf(number: number, at: number): AlertTrigger {
  return {
    kind: 'risk',
    severity: 'high',
    audience: 'team',
    facts: { ...NO_ALERT_FACTS, user: `user-${number}`, ip: `203.0.113.${number}`, score: 70, level: 'high' },
    prefix: '203.0.113.0/24',
    count: 1,
    firstAt: at,
    lastAt: at,
  };
}

/** One database for all: what is promised here is not about its dialect. */
const [embedded] = DATABASES;

describe('An hour without Novu', () => {
  let database: Database;
  let sandbox: SandboxServer;

  beforeAll(async () => {
    if (embedded === undefined) throw new TypeError('The embedded database is always there.');
    [database, sandbox] = await Promise.all([embedded.create(), SandboxServer.start()]);
  });
  beforeEach(async () => {
    sandbox.reset();
    const tables = ['alerts', 'alert_groups', 'alert_recipients', 'alert_dedupe', 'alert_tallies'];
    await database.query(`truncate ${tables.map((table) => `${database.schema}.${table}`).join(', ')}`);
  });
  afterAll(async () => {
    await sandbox.close();
    await dispose(database);
  });

  it.each<[string, Fault, { readonly isStuck: boolean }]>([
    ['down', { kind: 'refuse' }, { isStuck: false }],
    ['slow', { kind: 'delay', ms: 600_000 }, { isStuck: true }],
    ['answering 500, and keeping it', { kind: 'status', status: 500 }, { isStuck: false }],
    ['answering 429', { kind: 'rate-limited', retryAfterSeconds: 30 }, { isStuck: false }],
    ['answering HTML', { kind: 'html' }, { isStuck: false }],
    ['hanging', { kind: 'hang' }, { isStuck: true }],
  ])('loses nothing and doubles nothing while Novu is %s, and says so', async (_, fault, { isStuck }) => {
    const site = new Site(database, sandbox);
    const begin = site.clock.now();
    sandbox.setFault('novu', fault);
    site.isStuck = isStuck;
    for (let made = 1; made <= ALERTS; made += 1) {
      await site.raise();
      await site.runUntil(begin + made * EVERY_MS);
      expect(site.health.report()).toMatchObject({ channel: 'novu', status: 'degraded', delivered: 0 });
    }
    expect(await site.deliveries.tally()).toMatchObject({ triggered: ALERTS, queued: ALERTS, delivered: 0, dead: 0 });
    expect(sandbox.requestCount('novu')).toBeLessThanOrEqual(ALERTS * MOST_TRIES_IN_AN_HOUR);

    sandbox.setFault('novu', undefined);
    site.isStuck = false;
    await site.runUntil(begin + 3 * HOUR_MS);
    expect(await site.deliveries.tally()).toMatchObject({ triggered: ALERTS, queued: 0, delivered: ALERTS, dead: 0 });
    expect(site.health.report()).toMatchObject({ status: 'up', delivered: ALERTS, refused: 0, reason: undefined });
    const { alerts } = await site.deliveries.list({ limit: 100 });
    const ids = alerts.map(({ id }) => id).sort();
    expect(sandbox.triggers.map(({ transactionId }) => transactionId).sort()).toEqual(ids);
    expect(new Set(sandbox.triggers.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(ALERTS);
  });
});

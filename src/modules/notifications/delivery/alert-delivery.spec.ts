import { FakeClock } from '../../../../test/support/fake-clock.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { Alert } from '../../alerting/alert.js';
import { ChannelHealth } from '../../alerting/channel-health.js';
import { DeliveryCounters } from '../../alerting/delivery-counters.js';
import type { DeliveryOutcome } from '../../alerting/delivery-outcome.js';
import type { OutgoingAlert } from '../channels/alert-channel.js';
import type { AlertPayload } from '../payload/alert-payload.js';
import { AlertDelivery } from './alert-delivery.js';

const ALERT = {
  id: 'a'.repeat(24),
  kind: 'risk',
  severity: 'high',
  audience: 'team',
  count: 7,
  keyGeneration: 0,
  facts: { user: 'ada' },
} as unknown as Alert;
const PAYLOAD = { title: 'made of the alert' } as AlertPayload;
const NEVER = new AbortController().signal;

describe('the delivery of an alert', () => {
  let clock: FakeClock;
  let stored: Alert | undefined;
  let sent: OutgoingAlert[];
  let settled: DeliveryOutcome[];
  let answer: (signal: AbortSignal) => Promise<DeliveryOutcome>;
  let settle: () => Promise<number | undefined>;
  let health: ChannelHealth;
  let counters: DeliveryCounters;
  let delivery: AlertDelivery;

  beforeEach(() => {
    clock = new FakeClock();
    stored = ALERT;
    sent = [];
    settled = [];
    answer = () => Promise.resolve({ status: 'delivered' });
    settle = () => Promise.resolve(undefined);
    health = new ChannelHealth(clock);
    counters = new DeliveryCounters();
    delivery = new AlertDelivery({
      deliveries: {
        begin: () => Promise.resolve(stored),
        settle: (_alert, outcome) => {
          settled.push(outcome);
          return settle();
        },
      },
      channel: {
        name: 'scripted',
        deliver: (outgoing, signal) => {
          sent.push(outgoing);
          return answer(signal);
        },
      },
      health,
      counters,
      payloadOf: () => PAYLOAD,
      clock,
    });
  });

  it('sends what the payload says under the id of the alert, and writes down what became of it', async () => {
    expect(await delivery.deliver(ALERT.id, NEVER)).toBeUndefined();
    expect(sent).toEqual([
      {
        id: ALERT.id,
        kind: 'risk',
        severity: 'high',
        audience: 'team',
        userId: 'ada',
        idempotencyKey: ALERT.id,
        payload: PAYLOAD,
      },
    ]);
    expect(settled).toEqual([{ status: 'delivered' }]);
    expect(health.report()).toMatchObject({ channel: 'scripted', status: 'up', delivered: 1 });
    expect(counters.report()).toEqual([{ kind: 'risk', severity: 'high', outcome: 'delivered', alerts: 1, events: 7 }]);
  });

  it('uses another key where the last one is used up', async () => {
    stored = { ...ALERT, keyGeneration: 2 };
    await delivery.deliver(ALERT.id, NEVER);
    expect(sent[0]?.idempotencyKey).toBe(`${ALERT.id}-2`);
  });

  it('sends nothing of an alert that has ended', async () => {
    stored = undefined;
    expect(await delivery.deliver(ALERT.id, NEVER)).toBeUndefined();
    expect([sent, settled]).toEqual([[], []]);
  });

  it('gives the channel ten seconds, and says when the database has it tried again', async () => {
    settle = () => Promise.resolve(5000);
    let isAborted = false;
    answer = (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => (isAborted = true));
      });
    const next = delivery.deliver(ALERT.id, NEVER);
    await Promise.resolve();
    clock.advance(9999);
    expect(isAborted).toBe(false);
    clock.advance(1);
    expect(await next).toBe(5000);
    expect(isAborted).toBe(true);
    expect(settled).toEqual([{ status: 'failed', reason: 'The channel did not answer within 10000 ms.' }]);
    expect(health.report()).toMatchObject({ status: 'degraded', failed: 1 });
  });

  it('takes a channel that breaks for a failure, and repeats nothing of its message', async () => {
    answer = () => Promise.reject(new TypeError('https://secret.example'));
    await delivery.deliver(ALERT.id, NEVER);
    expect(settled).toEqual([{ status: 'failed', reason: 'The channel failed unexpectedly (TypeError).' }]);
  });

  it('rejects where it cannot be written down, and sends under the same key again', async () => {
    const away = new StorageError('STORAGE_UNAVAILABLE', 'Away.');
    settle = () => Promise.reject(away);
    await expect(delivery.deliver(ALERT.id, NEVER)).rejects.toBe(away);
    expect(counters.report()).toEqual([]);
    settle = () => Promise.resolve(undefined);
    await delivery.deliver(ALERT.id, NEVER);
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([ALERT.id, ALERT.id]);
  });

  it('settles nothing of a delivery that is stopped', async () => {
    const stopped = new AbortController();
    answer = () => new Promise(() => undefined);
    const next = delivery.deliver(ALERT.id, stopped.signal);
    await Promise.resolve();
    stopped.abort();
    await expect(next).rejects.toThrow('given up');
    expect([settled, health.report().status]).toEqual([[], 'idle']);
  });

  it('tries an alert once at a time', async () => {
    await Promise.all([delivery.deliver(ALERT.id, NEVER), delivery.deliver(ALERT.id, NEVER)]);
    expect(sent).toHaveLength(1);
  });
});

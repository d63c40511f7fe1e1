import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { NO_ALERT_FACTS, type Alert, type AlertTrigger } from './modules/alerting/alert.js';
import type { ChannelHealth } from './modules/alerting/channel-health.js';
import type { AlertDeliveries } from './modules/alerting/outbox/alert-deliveries.js';
import type { AlertOutbox } from './modules/alerting/outbox/alert-outbox.js';

/** What an alert goes through, and who hears of it. */
export interface AlertChain {
  readonly outbox: Pick<AlertOutbox, 'raise'>;
  readonly deliveries: Pick<AlertDeliveries, 'find' | 'list'>;
  readonly health: Pick<ChannelHealth, 'report'>;
  readonly say: (line: string) => void;
}

const LOOK_EVERY_MS = 20;
const MOST_MS = 30_000;
const LATEST = 20;

/**
 * Sends one alert through the chain and tells what becomes of it, a line a step.
 *
 * @param mostMs milliseconds to wait for its end. @default 30000
 * @returns whether it was delivered
 */
export async function tryAlert(chain: AlertChain, mostMs = MOST_MS): Promise<boolean> {
  const beganAt = performance.now();
  const passed = (): number => Math.round(performance.now() - beganAt);
  const step = (name: string, what: string): void => {
    chain.say(`${String(passed()).padStart(6)} ms  ${name.padEnd(9)} ${what}`);
  };
  const alert = await raised(chain, step);
  if (alert === undefined) return false;
  step('outbox', `Alert ${alert.id} is in the database.`);
  let seen: Alert | undefined;
  while (passed() < mostMs) {
    const now = await chain.deliveries.find(alert.id);
    if (now !== undefined) for (const line of newsOf(now, seen, chain.health.report())) step(...line);
    if (now?.state === 'delivered') return true;
    if (now?.state === 'dead') return false;
    seen = now;
    await wait(LOOK_EVERY_MS);
  }
  step(
    'stopped',
    'It is not delivered yet and stays in the database; a service that runs goes on trying for 24 hours.',
  );
  return false;
}

type Line = readonly [name: string, what: string];

async function raised({ outbox, deliveries }: AlertChain, step: (...line: Line) => void): Promise<Alert | undefined> {
  const run = randomUUID();
  const { emitted } = await outbox.raise([testTrigger(run)]);
  if (emitted === 0) {
    step('outbox', 'The cap of alerts in an hour is used up (IP_RISK_ALERT_CAP), so it was kept back and counted.');
    return undefined;
  }
  const { alerts } = await deliveries.list({ kind: 'test', limit: LATEST });
  return alerts.find(({ facts }) => facts.detail?.includes(run));
}

function testTrigger(run: string): AlertTrigger {
  const now = Date.now();
  return {
    kind: 'test',
    severity: 'low',
    audience: 'team',
    facts: { ...NO_ALERT_FACTS, detail: `Sent by npm run alert:test, run ${run}.` },
    prefix: undefined,
    count: 1,
    firstAt: now,
    lastAt: now,
    dedupeId: `test:${run}`,
  };
}

/** What has changed since it was looked at last. */
function newsOf(now: Alert, seen: Alert | undefined, { channel }: ReturnType<ChannelHealth['report']>): Line[] {
  const news: Line[] = [];
  if (now.state !== 'pending' && (seen === undefined || seen.state === 'pending')) {
    news.push(['queue', 'The relay has put it into the queue.']);
  }
  if (now.state !== seen?.state || now.attempts > seen.attempts) news.push(...answerOf(now, channel));
  return news;
}

function answerOf({ id, state, attempts, lastFailure, nextAttemptAt }: Alert, channel: string): Line[] {
  const why = lastFailure ?? '';
  if (state === 'dead') return [[channel, `It refused the alert: ${why}`]];
  if (state === 'delivered') {
    return [
      [channel, `It took the alert, at try ${attempts}.`],
      ['delivered', `Alert ${id} is delivered.`],
    ];
  }
  if (attempts === 0 || nextAttemptAt === undefined) return [];
  const seconds = Math.max(0, Math.round((nextAttemptAt - Date.now()) / 1000));
  return [[channel, `Try ${attempts} failed: ${why} The next one is in ${seconds} s.`]];
}

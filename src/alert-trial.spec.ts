import { fullAlert } from '../test/support/alerts.js';
import type { Alert } from './modules/alerting/alert.js';
import { tryAlert } from './alert-trial.js';

/** The chain of an alert that goes through these states, one a look. */
async function trial(states: readonly Partial<Alert>[], emitted = 1): Promise<readonly [boolean, string[]]> {
  const lines: string[] = [];
  const looks = [...states];
  let alert = fullAlert({ kind: 'test', state: 'pending' });
  const isDelivered = await tryAlert(
    {
      outbox: {
        raise: ([trigger]) => {
          alert = { ...alert, facts: { ...alert.facts, detail: trigger?.facts.detail } };
          return Promise.resolve({ triggered: 1, emitted, suppressed: 1 - emitted, repeated: 0 });
        },
      },
      deliveries: {
        list: () => Promise.resolve({ alerts: [fullAlert({ kind: 'test' }), alert], next: undefined }),
        find: (id) => Promise.resolve(id === alert.id ? (alert = { ...alert, ...looks.shift() }) : undefined),
      },
      health: {
        report: () => ({
          channel: 'novu',
          status: 'idle',
          delivered: 0,
          failed: 0,
          refused: 0,
          lastDeliveredAt: undefined,
          failingSince: undefined,
          reason: undefined,
        }),
      },
      say: (line) => void lines.push(line.replace(/^ *\d+ ms +/, '').replaceAll(/ +/g, ' ')),
    },
    200,
  );
  return [isDelivered, lines];
}

describe('tryAlert', () => {
  it('tells of each step, of a try that failed too, up to the delivery', async () => {
    const failed = { attempts: 1, lastFailure: 'Novu answered 503.', nextAttemptAt: 0 };
    const [isDelivered, lines] = await trial([
      {},
      { state: 'queued' },
      failed,
      { state: 'delivered', attempts: 2, nextAttemptAt: undefined },
    ]);
    expect([isDelivered, lines]).toEqual([
      true,
      [
        'outbox Alert a23456789012345678901234 is in the database.',
        'queue The relay has put it into the queue.',
        'novu Try 1 failed: Novu answered 503. The next one is in 0 s.',
        'novu It took the alert, at try 2.',
        'delivered Alert a23456789012345678901234 is delivered.',
      ],
    ]);
  });

  it('says why an alert was refused, kept back, or is not delivered yet', async () => {
    const refused = await trial([{ state: 'dead', attempts: 1, lastFailure: 'Novu answered 401.' }]);
    expect([refused[0], refused[1].at(-1)]).toEqual([false, 'novu It refused the alert: Novu answered 401.']);
    const capped = await trial([], 0);
    expect([capped[0], capped[1]]).toEqual([false, [expect.stringContaining('IP_RISK_ALERT_CAP')]]);
    const late = await trial([{ state: 'queued' }]);
    expect([late[0], late[1].at(-1)]).toEqual([false, expect.stringContaining('not delivered yet')]);
  });
});

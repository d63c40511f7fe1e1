import { digested } from '../policy/policy-digest.js';
import { decideSkipped } from '../policy/decide.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { RiskEvents, type DecisionListener } from './risk-events.js';

const { defaultPolicy: policy } = readPolicyFile();
const event = {
  decision: decideSkipped(digested(policy)),
  route: 'r',
  policy,
  claimedCountry: undefined,
  latencyMs: 0,
};
const broken = new TypeError('a broken listener');

async function errorsOf(...listeners: DecisionListener[]): Promise<unknown[]> {
  const errors: unknown[] = [];
  const events = new RiskEvents((error) => errors.push(error));
  for (const listener of listeners) events.subscribe(listener);
  events.publish(event);
  await Promise.resolve();
  await Promise.resolve();
  return errors;
}

describe('RiskEvents', () => {
  it('reports a listener that throws', async () => {
    const throwing = (): void => {
      throw broken;
    };
    expect(await errorsOf(throwing)).toEqual([broken]);
  });

  it('reports a listener whose promise rejects, and leaves no rejection unhandled', async () => {
    expect(await errorsOf(() => Promise.reject(broken))).toEqual([broken]);
  });

  it('tells the other listeners, and reports none that returns or resolves', async () => {
    const told: unknown[] = [];
    const errors = await errorsOf(
      () => Promise.reject(broken),
      (heard) => told.push(heard),
      () => Promise.resolve(),
    );
    expect([told, errors]).toEqual([[event], [broken]]);
  });

  it('tells a listener nothing once its subscription has ended', () => {
    const told: unknown[] = [];
    const events = new RiskEvents();
    const end = events.subscribe((heard) => told.push(heard));
    end();
    events.publish(event);
    expect(told).toEqual([]);
  });
});

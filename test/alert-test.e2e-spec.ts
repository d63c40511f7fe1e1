import { join } from 'node:path';
import { NodeProcess, PROJECT } from './support/node-process.js';

describe('npm run alert:test', () => {
  it('sends an alert to the sandbox where none are configured, and prints each step', async () => {
    const trial = new NodeProcess([join(PROJECT, 'dist/alert-test.js')]);
    const exit = await trial.exit();
    expect([exit, trial.stderr]).toEqual([0, '']);
    const [, id = ''] = /outbox +Alert (\w{24}) is in the database/.exec(trial.stdout) ?? [];
    const steps = [/queue +The relay/, /novu +It took the alert, at try 1/, `Alert ${id} is delivered`, `"${id}"`];
    const places = steps.map((step) => trial.stdout.search(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((one, other) => one - other));
  }, 60_000);

  it('says in a sentence what is wrong, and is no success', async () => {
    const wrong = { NOVU_SECRET_KEY: 'not-a-key' };
    const trial = new NodeProcess([join(PROJECT, 'dist/alert-test.js')], wrong);
    expect(await trial.exit()).toBe(1);
    expect(trial.stderr).toMatch(/^No alert was sent\. .*IP_RISK_ALERT_RECIPIENTS.*\n$/);
  }, 60_000);
});

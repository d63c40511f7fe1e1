import { FakeClock } from '../../../../test/support/fake-clock.js';
import { lookupContext } from '../../../../test/support/lookup-context.js';
import { failWith, harmless, ScriptedProvider } from '../../../../test/support/scripted-provider.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { ProviderLookup } from '../../providers/lookup/provider-lookup.js';
import type { DatabaseReport } from '../../storage/database.js';
import type { AlertTrigger } from '../alert.js';
import { ProviderWatch } from './provider-watch.js';

const address = parseIpAddress('9.9.9.9') as IpAddress;
const BUDGET = 10;

function setUp() {
  const clock = new FakeClock('2026-01-01T10:58:00Z');
  const vendor = new ScriptedProvider('vendor', undefined, { limits: { dailyBudget: BUDGET } });
  const other = new ScriptedProvider('other');
  const lookup = new ProviderLookup({ providers: [vendor, other], clock });
  const database = { kind: 'postgres', status: 'up' };
  const outbox = { isAway: false, raised: [] as AlertTrigger[] };
  const lines: string[] = [];
  const watch = new ProviderWatch({
    lookup,
    clock,
    outbox: {
      raise: (triggers) => {
        if (outbox.isAway) return Promise.reject(new StorageError('STORAGE_UNAVAILABLE', 'away'));
        outbox.raised.push(...triggers);
        return Promise.resolve({ triggered: triggers.length, emitted: 0, suppressed: 0, repeated: 0 });
      },
    },
    database: { report: () => ({ ...database, downSince: undefined, reason: undefined }) as DatabaseReport },
    warn: (line) => lines.push(line),
  });
  const kinds = (): string[] =>
    outbox.raised.map(({ kind, severity, facts }) => `${kind} ${facts.provider} ${severity}`);
  return { clock, vendor, other, lookup, database, outbox, lines, watch, kinds };
}

type Setting = ReturnType<typeof setUp>;

/** Calls of which all fail open the breaker. */
async function fail({ lookup, vendor }: Setting, index = 0, script = failWith('PROVIDER_UNREACHABLE')): Promise<void> {
  const lane = lookup.lanes[index];
  (index === 0 ? vendor : (lane?.provider as ScriptedProvider)).script = script;
  for (let call = 0; call < BUDGET; call += 1) await lane?.ask(address, lookupContext());
}

/** Milliseconds after which every look that is due was made. */
async function pass({ clock }: Setting, ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 5000) {
    clock.advance(5000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('ProviderWatch', () => {
  it('raises one alert for a vendor that is out for half a minute, by the clock and however long it lasts', async () => {
    const setting = setUp();
    setting.watch.start();
    await pass(setting, 60_000);
    await fail(setting, 1);
    await pass(setting, 30_000);
    expect(setting.kinds()).toEqual([]);
    await pass(setting, 5000);
    expect(setting.kinds()).toEqual(['provider-outage other high']);
    await pass(setting, 3_600_000);
    expect(setting.kinds()).toHaveLength(1);
    const [trigger] = setting.outbox.raised;
    expect(trigger).toMatchObject({
      audience: 'team',
      count: 1,
      dedupeId: 'provider-outage:other:2026-01-01T10:high',
      firstAt: Date.parse('2026-01-01T10:59:05Z'),
      lastAt: Date.parse('2026-01-01T10:59:35Z'),
    });
    expect(trigger?.facts.detail).toMatch(/"other" cannot be reached.* since 2026-01-01T10:59:05.000Z.* without it\./);
    setting.watch.stop();
    expect(setting.clock.pending).toBe(0);
  });

  it('raises the next outage of a vendor that was up again in between', async () => {
    const setting = setUp();
    setting.watch.start();
    await fail(setting, 1);
    await pass(setting, 60_000);
    setting.other.script = () => harmless('other');
    await setting.lookup.lanes[1]?.ask(address, lookupContext());
    await pass(setting, 5000);
    await fail(setting, 1);
    await pass(setting, 35_000);
    expect(setting.kinds()).toEqual(['provider-outage other high', 'provider-outage other high']);
  });

  it('is silent about a breaker that is back within half a minute', async () => {
    const setting = setUp();
    setting.watch.start();
    await fail(setting, 1);
    await pass(setting, 25_000);
    setting.other.script = () => harmless('other');
    await setting.lookup.lanes[1]?.ask(address, lookupContext());
    await pass(setting, 60_000);
    expect(setting.kinds()).toEqual([]);
  });

  it('says that it is critical once nobody is left who could give a verdict', async () => {
    const setting = setUp();
    setting.watch.start();
    await fail(setting, 1);
    await pass(setting, 35_000);
    await fail(setting, 0);
    await pass(setting, 5000);
    // Its calls have cost the whole budget, too.
    expect(setting.kinds()).toEqual([
      'provider-outage other high',
      'provider-outage other critical',
      'budget-spent vendor critical',
    ]);
    expect(setting.outbox.raised.at(-1)?.facts.detail).toMatch(/no verdict can be given/);
    await pass(setting, 60_000);
    expect(setting.kinds()).toHaveLength(3);
  });

  it.each([
    ['our own budget', () => harmless('vendor')],
    ['the quota that the vendor names', failWith('PROVIDER_QUOTA', 600_000)],
  ])('says once a day that %s is spent, at once and as a medium alert', async (_, script) => {
    const setting = setUp();
    setting.watch.start();
    await fail(setting, 0, script);
    await pass(setting, 5000);
    expect(setting.kinds()).toEqual(['budget-spent vendor medium']);
    expect(setting.outbox.raised[0]?.dedupeId).toBe('budget-spent:vendor:2026-01-01:medium');
    await pass(setting, 300_000);
    expect(setting.kinds()).toHaveLength(1);
  });

  it('tries again at the next look what the database did not take, and says so once in the log', async () => {
    const setting = setUp();
    setting.watch.start();
    setting.outbox.isAway = true;
    await fail(setting, 1);
    await pass(setting, 60_000);
    expect(setting.lines).toHaveLength(1);
    expect(setting.lines[0]).toContain('"other"');
    setting.outbox.isAway = false;
    await pass(setting, 5000);
    expect(setting.kinds()).toEqual(['provider-outage other high']);
  });

  it('does not make an embedded database for an alert: it waits until there is one', async () => {
    const setting = setUp();
    setting.watch.start();
    Object.assign(setting.database, { kind: 'embedded', status: 'closed' });
    await fail(setting, 1);
    await pass(setting, 120_000);
    expect([setting.kinds(), setting.lines.length]).toEqual([[], 1]);
    Object.assign(setting.database, { status: 'up' });
    await pass(setting, 5000);
    expect(setting.kinds()).toEqual(['provider-outage other high']);
  });

  it('is not put off by a clock that is set back', async () => {
    const setting = setUp();
    await fail(setting, 1);
    await setting.watch.look();
    const { clock } = setting;
    const now = clock.now();
    clock.now = () => now - 3_600_000;
    await setting.watch.look();
    clock.now = () => now - 3_600_000 + 30_000;
    await setting.watch.look();
    expect(setting.kinds()).toEqual(['provider-outage other high']);
  });
});

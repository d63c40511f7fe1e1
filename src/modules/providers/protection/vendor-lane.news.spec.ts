import fc from 'fast-check';
import { FakeBreakerNews } from '../../../../test/support/fake-breaker-news.js';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { later, settled, timed } from '../../../../test/support/fake-time.js';
import { failWith, harmless, ScriptedProvider, type Script } from '../../../../test/support/scripted-provider.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { VendorNews } from './breaker-news/breaker-news.js';
import { VendorLane } from './vendor-lane.js';

const address = parseIpAddress('8.8.8.8') as IpAddress;
const context = { signal: new AbortController().signal, deadlineAt: Infinity };
const QUARTER_MS = 900_000;
const suspected: VendorNews = { kind: 'suspected', providerId: 'v' };
const paused = (pauseMs: number): VendorNews => ({
  kind: 'paused',
  providerId: 'v',
  code: 'PROVIDER_QUOTA',
  pauseMs,
});

/** A lane of each process to the same vendor, and an end of the news for the test itself. */
async function setUp(count = 2) {
  const clock = new FakeClock();
  const news = new FakeBreakerNews();
  const processes = Array.from({ length: count }, () => {
    const vendor = new ScriptedProvider('v', undefined, { limits: { slowCallMs: 200 }, bulkSize: 50 });
    const lane = new VendorLane({ provider: vendor, clock, news: news.end() });
    const ask = (isBulk = false) => lane.ask(address, context, isBulk);
    const askTen = async () => {
      for (let call = 0; call < 10; call += 1) await timed(clock, ask(), 1);
    };
    return { vendor, lane, ask, askTen };
  });
  await Promise.all(processes.map(({ lane }) => lane.start()));
  const [a, b] = processes;
  if (a === undefined || b === undefined) throw new Error('There are two at least.');
  return { clock, news, processes, a, b, forger: news.end() };
}

describe('VendorLane with news', () => {
  it.each<[string, Script, number]>([
    ['a quota', failWith('PROVIDER_QUOTA'), QUARTER_MS],
    ['a burst', failWith('PROVIDER_RATE_LIMITED', 30_000), 30_000],
  ])('keeps everybody’s pause for %s that the vendor asked of one, and then tries', async (_, script, ms) => {
    const { clock, news, a, b } = await setUp();
    a.vendor.script = script;
    const failure = await a.ask();
    expect(b.lane.report()).toMatchObject({ breaker: 'open', heard: 'paused', health: { status: 'down' } });
    expect(a.lane.report()).toMatchObject({ breaker: 'open', heard: undefined });
    clock.advance(ms - 1);
    const { code } = failure as { code: string };
    expect(await b.ask()).toEqual({ providerId: 'v', code, refused: true });
    clock.advance(1);
    expect(await b.ask()).toMatchObject({ facts: {} });
    expect(b.lane.report()).toMatchObject({ breaker: 'closed', heard: undefined });
    expect(news.told).toHaveLength(1);
  });

  it.each<[string, Script]>([
    ['errors', failWith('PROVIDER_BAD_RESPONSE')],
    ['a refused key', failWith('PROVIDER_UNAUTHORIZED')],
    ['an outage of which the vendor says how long it lasts', failWith('PROVIDER_UNREACHABLE', 60_000)],
  ])('lets the others try with one call when one gives up on the vendor for %s', async (_, script) => {
    const { clock, news, a, b } = await setUp();
    a.vendor.script = script;
    await a.askTen();
    expect(a.lane.report().breaker).toBe('open');
    expect(b.lane.report()).toMatchObject({ breaker: 'half-open', heard: 'suspected', health: { status: 'degraded' } });
    b.vendor.script = () => later(clock, 50, () => harmless('v'));
    const trial = b.ask();
    await settled();
    expect(await b.ask()).toEqual({ providerId: 'v', code: 'PROVIDER_UNREACHABLE', refused: true });
    expect((await timed(clock, trial)).value).toMatchObject({ facts: {} });
    expect(b.lane.report()).toMatchObject({ breaker: 'closed', heard: undefined, health: { status: 'up' } });
    expect(news.told).toEqual([suspected]);
  });

  it('tells of a vendor that is always slow', async () => {
    const { clock, news, a } = await setUp();
    a.vendor.script = () => later(clock, 200, () => harmless('v'));
    for (let round = 0; round < 2; round += 1) await a.askTen();
    expect(news.told).toEqual([suspected]);
  });

  it('passes nothing on that was heard: one outage is one message, of however many processes', async () => {
    const { clock, news, processes, a } = await setUp(5);
    for (const { vendor } of processes) vendor.script = failWith('PROVIDER_UNREACHABLE');
    await a.askTen();
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(processes.map(({ ask }) => ask()));
      clock.advance(5000);
    }
    expect(processes.map(({ lane }) => lane.report().breaker)).not.toContain('closed');
    expect(news.told).toEqual([suspected]);
    // One call found out for each of the others.
    expect(processes[1]?.vendor.asked.length).toBeLessThan(10);
  });

  it('leaves the vendor to the others when one process loses its network', async () => {
    const { clock, a, b } = await setUp();
    a.vendor.script = failWith('PROVIDER_UNREACHABLE');
    const answers: unknown[] = [];
    for (let second = 0; second < 600; second += 1) {
      await a.ask();
      answers.push(await b.ask());
      clock.advance(1000);
    }
    expect(answers.every((answer) => Object.hasOwn(answer as object, 'facts'))).toBe(true);
  });

  it('hears a suspicion once in ten seconds, however many there are', async () => {
    const { clock, b, forger } = await setUp();
    let trials = 0;
    for (let tenth = 0; tenth < 1000; tenth += 1) {
      forger.tell(suspected);
      if (b.lane.report().breaker === 'half-open') trials += 1;
      await b.ask();
      clock.advance(100);
    }
    expect(trials).toBe(10);
  });

  it('is kept from the vendor half of the time at most by pauses that nobody was asked for', async () => {
    const { clock, b, forger } = await setUp();
    let refused = 0;
    for (let second = 0; second < 7200; second += 1) {
      forger.tell(paused(1e15));
      refused += 'code' in (await b.ask()) ? 1 : 0;
      clock.advance(1000);
    }
    expect(refused).toBe(3600);
  });

  it('hears of its own vendor only, and nothing once it is stopped', async () => {
    const { b, forger } = await setUp();
    forger.tell({ kind: 'suspected', providerId: 'w' });
    forger.tell({ ...paused(1000), providerId: '' });
    expect(b.lane.report().breaker).toBe('closed');
    b.lane.stop();
    forger.tell(suspected);
    expect(b.lane.report().breaker).toBe('closed');
  });

  it('keeps a longer pause of its own', async () => {
    const { clock, b, forger } = await setUp();
    b.vendor.script = failWith('PROVIDER_QUOTA', 60_000);
    await b.ask();
    forger.tell(paused(5000));
    forger.tell(suspected);
    clock.advance(59_999);
    expect(b.lane.report()).toMatchObject({ breaker: 'open', heard: undefined });
  });

  it.each<[VendorNews, string, string]>([
    [paused(5000), 'open', 'paused'],
    [suspected, 'half-open', 'suspected'],
  ])('begins with what still holds: %j', async (recent, breaker, heard) => {
    const news = new FakeBreakerNews();
    news.recent = recent;
    const lane = new VendorLane({ provider: new ScriptedProvider('v'), clock: new FakeClock(), news: news.end() });
    await lane.start();
    expect(lane.report()).toMatchObject({ breaker, heard });
  });

  it('keeps bulk lookups off for a pause, and goes on with them where nobody else would make the trial', async () => {
    const { clock, b, forger } = await setUp();
    forger.tell(suspected);
    expect(await b.ask(true)).toMatchObject({ facts: {} });
    forger.tell(paused(5000));
    expect(await b.lane.askInBulk([address], context)).toMatchObject([{ refused: true }]);
    clock.advance(5000);
    expect(await b.lane.askInBulk([address], context)).toMatchObject([{ facts: {} }]);
    b.vendor.script = failWith('PROVIDER_QUOTA', 1000);
    await b.ask();
    clock.advance(1000);
    expect(await b.lane.askInBulk([address], context)).toMatchObject([{ refused: true }]);
  });

  it('tells nothing of what bulk lookups meet', async () => {
    const { news, a } = await setUp();
    a.vendor.script = failWith('PROVIDER_RATE_LIMITED');
    await a.ask(true);
    expect(news.told).toEqual([]);
  });

  it('hears again after its clock was set back', async () => {
    const { clock, b, forger } = await setUp();
    forger.tell(suspected);
    await b.ask();
    clock.advance(-86_400_000);
    forger.tell(suspected);
    expect(b.lane.report().breaker).toBe('closed');
    clock.advance(10_000);
    forger.tell(suspected);
    expect(b.lane.report().breaker).toBe('half-open');
  });

  it('asks a vendor that serves it within two of its longest pauses, whatever is told', async () => {
    const told = fc.oneof(
      fc.constant(suspected),
      fc.double({ noNaN: false }).map((ms) => paused(ms)),
    );
    const steps = fc.array(fc.record({ news: fc.array(told, { maxLength: 4 }), ms: fc.nat(400_000) }), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (schedule) => {
        const { clock, b, forger } = await setUp();
        for (const { news, ms } of schedule) {
          for (const one of news) forger.tell(one);
          await b.ask();
          clock.advance(ms);
        }
        clock.advance(QUARTER_MS);
        expect(await b.ask()).toMatchObject({ facts: {} });
        expect(b.lane.report()).toMatchObject({ breaker: 'closed', heard: undefined });
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});

// What asking vendors adds to the vendors' own time, and what a vendor costs whose breaker is open.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../dist/common/clock/clock.js';
import { parseIpAddress } from '../dist/common/ip/ip-address.js';
import { abuseipdb, apiverve, beltic, ipgeolocation, ipqualityscore, ipstack } from '../dist/index.js';
import { ProviderLookup } from '../dist/modules/providers/lookup/provider-lookup.js';
import { judge, median } from './side-by-side.mjs';

const LOOKUPS = 300;
const BROKEN_LOOKUPS = 20_000;
const FACTORIES = { ipstack, beltic, ipgeolocation, apiverve, abuseipdb, ipqualityscore };

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];
const line = (label, text) => console.log(label.padEnd(64), text);

const startSandbox = () =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'sandbox-process.mjs'));
    child.once('message', (baseUrls) => resolve({ child, baseUrls }));
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });

/** The provider, and how long its latest lookup took by itself. */
const timed = (provider, times) => ({
  ...provider,
  id: provider.id,
  kind: provider.kind,
  limits: provider.limits,
  health: () => provider.health(),
  lookup: async (address, context) => {
    const begun = performance.now();
    try {
      return await provider.lookup(address, context);
    } finally {
      times.push(performance.now() - begun);
    }
  },
});

const addresses = function* () {
  for (let index = 0; ; index += 1)
    yield parseIpAddress(`81.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`);
};

async function benchParallel(baseUrls) {
  const times = [];
  const providers = Object.entries(FACTORIES).map(([name, create]) =>
    timed(create({ key: 'bench', baseUrl: baseUrls[name] }), times),
  );
  const lookup = new ProviderLookup({ providers, deadlineMs: 5000, clock: systemClock });
  const source = addresses();
  const added = [];
  for (let index = -50; index < LOOKUPS; index += 1) {
    times.length = 0;
    const begun = performance.now();
    const { answers, failures } = await lookup.lookup(source.next().value);
    const total = performance.now() - begun;
    if (answers.length !== providers.length) throw new Error(`no answer: ${JSON.stringify(failures)}`);
    // The first ones warm up.
    if (index >= 0) added.push(total - Math.max(...times));
  }
  const p95 = percentile(added, 0.95);
  line(
    'parallel lookup of six vendors - slowest of them, ms',
    `p50 ${median(added).toFixed(2)}, p95 ${p95.toFixed(2)}${judge(p95 <= 3, 'goal <= 3')}`,
  );
}

async function benchOpenBreaker() {
  // A port that nobody listens on.
  const providers = [ipstack({ key: 'bench', baseUrl: 'http://127.0.0.1:9' })];
  const lookup = new ProviderLookup({ providers, clock: systemClock });
  const source = addresses();
  for (let index = 0; index < 20; index += 1) await lookup.lookup(source.next().value);
  const [{ breaker }] = lookup.lanes.map((lane) => lane.report());
  if (breaker !== 'open') throw new Error('the breaker did not open');
  const times = [];
  for (let index = 0; index < BROKEN_LOOKUPS; index += 1) {
    const address = source.next().value;
    const begun = performance.now();
    await lookup.lookup(address);
    times.push(performance.now() - begun);
  }
  const p99 = percentile(times, 0.99);
  line(
    'lookup while the breaker is open, ms',
    `p50 ${median(times).toFixed(3)}, p99 ${p99.toFixed(3)}${judge(p99 <= 2, 'goal <= 2')}`,
  );
}

export async function benchVendors() {
  // The library's timers keep no process alive.
  const alive = setInterval(() => undefined, 1000);
  const { child, baseUrls } = await startSandbox();
  await benchParallel(baseUrls).finally(() => child.kill());
  await benchOpenBreaker();
  clearInterval(alive);
}

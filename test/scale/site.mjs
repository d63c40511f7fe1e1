// One site, a /48 with its 65,536 networks, asks as everybody: it costs no more than its cap, and nobody else notices.
import { hostIn, ipv4Of, seededRandom } from './addresses.mjs';
import { latencies } from './report.mjs';
import { HASH_KEY } from './stage.mjs';
import { askAll, getAs, openLines } from './wire-client.mjs';

const VENDOR = 'ipstack';
const SITE = '2a00:23c5:1234';
const CAP = 256;
/** Everything runs on the processors of one machine; a good client without a verdict would prove nothing. */
const DEADLINE_MS = 5_000;
const ATTACK_LINES = 60;
const GOOD_LINES = 8;
const SEED = 48;

/** Requests over HTTP, which is what a request is, and the others straight to the guard of the same processes. */
const FULL = { overHttp: 100_000, inProcess: 900_000, good: 1_000 };
const SHORT = { overHttp: 3_000, inProcess: 10_000, good: 100 };

export async function site(stage, report, isShort) {
  const size = isShort ? SHORT : FULL;
  const { overHttp, inProcess, good } = size;
  report.part(
    'site',
    `${overHttp + inProcess} requests from one /48 to 2 processes, ${overHttp} of them over HTTP and ${inProcess} to the guard in the process; ${good} good clients beside them`,
  );
  await stage.startSandbox();
  const redis = await stage.redis();
  await attack(stage, report, size, { url: redis.url, hashKey: HASH_KEY }, CAP);
  // Each process counts for itself then.
  await attack(stage, report, size, undefined, 2 * CAP);
}

async function attack(stage, report, { overHttp, inProcess, good }, redis, cap) {
  const place = redis === undefined ? 'without Redis' : 'with Redis';
  const apps = [stage.child('guarded-process.mjs'), stage.child('guarded-process.mjs')];
  const settings = {
    redis,
    vendor: VENDOR,
    baseUrl: stage.baseUrls[VENDOR],
    deadlineMs: DEADLINE_MS,
    withOffline: true,
  };
  const ports = await Promise.all(apps.map((app) => app.ask('start', { ...settings, quotaBrake: { perPrefix: CAP } })));
  const goodOnes = Array.from({ length: good }, (_, number) => ipv4Of(number * 37));
  const lines = await openLines(ports, GOOD_LINES);
  // Every good client at both processes: which of them it comes to is the load balancer's choice.
  const usual = new Map();
  await Promise.all(
    ports.map((port) => visit(linesOf(lines, port), goodOnes, (address, verdict) => usual.set(address, verdict))),
  );
  const odd = [...usual.values()].filter((verdict) => !verdict.includes('"cause":"score"')).length;
  report.promise(`every good client has a verdict before, ${place}`, odd === 0, `${odd} have none`, true);
  const calm = [];
  await visit(lines, goodOnes, (address, verdict, ms) => calm.push(ms));

  const before = await stage.lookupsAt(VENDOR);
  let isOver = false;
  const startedAt = performance.now();
  const flooded = flood(apps, ports, overHttp, inProcess).finally(() => {
    isOver = true;
  });
  const during = [];
  let changed = 0;
  const examples = new Set();
  const check = (address, verdict, ms) => {
    during.push(ms);
    if (verdict === usual.get(address)) return;
    changed += 1;
    examples.add(`${usual.get(address)} -> ${verdict}`);
  };
  // Again and again until it is over, every one at least once.
  do await visit(lines, goodOnes, check);
  while (!isOver);
  const { outcomes, inProcess: causes } = await flooded;
  const seconds = (performance.now() - startedAt) / 1000;
  const paid = (await stage.lookupsAt(VENDOR)) - before;
  for (const line of lines) line.close();
  await Promise.all(apps.map((app) => stage.end(app)));

  report.figure(
    `${place}: ${Math.round((overHttp + inProcess) / seconds)} requests a second; over HTTP ${outcomes}; in the process ${causes}`,
  );
  report.promise(`at most ${cap} paid calls, ${place}`, paid > 0 && paid <= cap, `${paid}`);
  report.promise(
    `no good client's verdict changes, ${place}`,
    changed === 0,
    `${changed} of ${during.length} differ${[...examples]
      .slice(0, 2)
      .map((example) => `; ${example}`)
      .join('')}`,
    true,
  );
  report.figure(`good clients, ${place}: before ${latencies(calm)}; during ${latencies(during)}`);
}

const linesOf = (lines, port) => lines.filter((line) => line.port === port);

async function visit(lines, addresses, take) {
  let index = 0;
  const next = () => {
    const address = addresses[index++];
    return address === undefined ? undefined : { address, request: getAs(address, '/open') };
  };
  await askAll(lines, next, ({ status, text, ms }, { address }) => take(address, `${status} ${text}`, ms));
}

async function flood(apps, ports, overHttp, inProcess) {
  const random = seededRandom(SEED);
  const lines = await openLines(ports, ATTACK_LINES);
  const outcomes = {};
  let left = overHttp;
  const next = () => (left-- > 0 ? { request: getAs(hostIn(SITE, random), '/open') } : undefined);
  const overWire = askAll(lines, next, ({ status, text }) => {
    const { cause, failedOpen } = status === 200 ? JSON.parse(text) : {};
    const name = `${status} ${cause ?? text}${failedOpen ? ', failed open' : ''}`;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  });
  const share = inProcess / apps.length;
  const asked = apps.map((app, index) => app.ask('flood', { site: SITE, count: share, seed: SEED + 1 + index }));
  const causes = await Promise.all(asked);
  await overWire;
  for (const line of lines) line.close();
  return { outcomes: JSON.stringify(outcomes), inProcess: JSON.stringify(causes) };
}

// Two processes that share a Redis Cluster are one service: what one knows, counts or suffers, the other does as well.
import { setTimeout as wait } from 'node:timers/promises';
import { addressOf, ipv4Of } from './addresses.mjs';
import { isNginxInstalled, Nginx } from './nginx.mjs';
import { counted, latencies } from './report.mjs';
import { HASH_KEY } from './stage.mjs';
import { askAll, getAs, openLines, riskOf, scoreOf } from './wire-client.mjs';

const VENDOR = 'ipstack';
const LINES = 32;
const LIMIT = 60;
const BUDGET = 100;
const NEWS_MS = 5_000;
/** A process knows what others spent when its own spending is booked: that much may be under way at both. */
const BUDGET_SLACK = 25;
const LIMITED_KEY = 'a-key-with-a-limit-of-its-own';
const FREE_KEY = 'a-key-without-any-limit-at-all';
const PATIENT = { IP_RISK_DEADLINE_MS: '2000', IP_RISK_NEW_PER_ASN: '1000000' };

export async function cluster(stage, report, isShort) {
  report.part('cluster', '2 processes on a Redis Cluster of three masters');
  await stage.startSandbox();
  const redis = await stage.cluster();
  const settings = { ...PATIENT, REDIS_URL: redis.url };
  await shareVerdictsAndLimits(stage, report, settings, isShort);
  await shareBudget(stage, report, settings);
  await shareNews(stage, report, settings);
  await loseMaster(stage, report, redis, isShort);
}

async function shareVerdictsAndLimits(stage, report, settings, isShort) {
  const IP_RISK_API_KEYS = `${FREE_KEY};limit=0,${LIMITED_KEY};limit=${LIMIT}`;
  const services = await stage.services(2, [VENDOR], { ...settings, IP_RISK_API_KEYS });
  const ports = services.map(({ port }) => port);
  const door = await doorTo(stage, report, ports);
  const addresses = Array.from({ length: isShort ? 200 : 2_000 }, (_, number) => addressOf(number));
  const [first, second] = ports;
  await ask([first], addresses);
  const known = await stage.lookupsAt(VENDOR);
  const answers = await ask([second], addresses);
  const more = (await stage.lookupsAt(VENDOR)) - known;
  report.promise(
    'what one process was told the other knows',
    more === 0,
    `${known} calls for the one, ${more} more for the other`,
    true,
  );
  report.promise(
    'every answer is 200',
    answers.every(({ status }) => status === 200),
    counted(statusesOf(answers)),
  );

  const limited = await ask(
    door,
    Array.from({ length: 2 * LIMIT }, () => addresses[0]),
    LIMITED_KEY,
  );
  const allowed = limited.filter(({ status }) => status === 200).length;
  report.promise(`a limit of ${LIMIT} counts over both`, allowed === LIMIT, counted(statusesOf(limited)), true);
  await reportThroughput(report, ports, door, addresses.slice(0, 100), isShort);
  for (const service of services) await stage.end(service);
}

/** Where clients come in: nginx, or the processes by turns. */
async function doorTo(stage, report, ports) {
  if (isNginxInstalled()) {
    report.figure('the clients come through nginx, round robin');
    return [(await stage.keep(Nginx.start(stage.folder('nginx'), ports))).port];
  }
  report.figure('nginx is not installed: the clients go to the two processes by turns');
  return ports;
}

async function ask(ports, addresses, key = FREE_KEY) {
  const lines = await openLines(ports, LINES);
  const answers = [];
  let index = 0;
  const next = () => {
    const address = addresses[index++];
    return address === undefined ? undefined : { request: riskOf(address, `X-Api-Key: ${key}\r\n`) };
  };
  await askAll(lines, next, (answer) => answers.push(answer));
  for (const line of lines) line.close();
  return answers;
}

const statusesOf = (answers) => answers.map(({ status }) => status);

/** Known addresses: what is measured is the service, not the vendor. */
async function reportThroughput(report, ports, door, addresses, isShort) {
  const ms = isShort ? 1_000 : 5_000;
  await perSecond(ports, addresses, ms / 2);
  const one = await perSecond(ports.slice(0, 1), addresses, ms);
  const two = await perSecond(ports, addresses, ms);
  const through = door === ports ? '' : `, ${Math.round(await perSecond(door, addresses, ms))} through nginx`;
  report.figure(
    `known addresses: ${Math.round(one)} requests a second by 1 process, ${Math.round(two)} by 2, ratio ${(two / one).toFixed(2)}${through}; the client is on the same processors`,
  );
}

async function perSecond(ports, addresses, ms) {
  const lines = await openLines(ports, LINES);
  const requests = addresses.map((address) => riskOf(address, `X-Api-Key: ${FREE_KEY}\r\n`));
  const startedAt = performance.now();
  let count = 0;
  const next = () => (performance.now() - startedAt < ms ? { request: requests[count % requests.length] } : undefined);
  await askAll(lines, next, () => (count += 1));
  for (const line of lines) line.close();
  return (count / (performance.now() - startedAt)) * 1000;
}

async function shareBudget(stage, report, settings) {
  const vendor = 'abuseipdb';
  const services = await stage.services(2, [vendor], { ...settings, ABUSEIPDB_DAILY_BUDGET: String(BUDGET) });
  const lines = await openLines(
    services.map(({ port }) => port),
    LINES,
  );
  let number = 0;
  const next = () => (number < 4 * BUDGET ? { request: scoreOf(ipv4Of(100_000 + number++)) } : undefined);
  const statuses = [];
  await askAll(lines, next, ({ status }) => statuses.push(status));
  for (const line of lines) line.close();
  const calls = await stage.lookupsAt(vendor);
  report.promise(
    `a budget of ${BUDGET} is one for both, within what is under way`,
    calls >= BUDGET && calls <= BUDGET + BUDGET_SLACK,
    `${calls} calls for ${4 * BUDGET} new addresses; ${counted(statuses)}`,
    true,
  );
  for (const service of services) await stage.end(service);
}

async function shareNews(stage, report, settings) {
  const vendor = 'ipqualityscore';
  const [told, heard] = await stage.services(2, [vendor], settings);
  await stage.breakVendor(vendor, { kind: 'status', status: 500 });
  const lines = await openLines([told.port], 1);
  let number = 0;
  const next = () => (number < 20 ? { request: scoreOf(ipv4Of(200_000 + number++)) } : undefined);
  await askAll(lines, next, () => undefined);
  for (const line of lines) line.close();
  const startedAt = performance.now();
  let breaker = 'closed';
  while (breaker === 'closed' && performance.now() - startedAt < NEWS_MS) {
    breaker = await breakerAt(heard.port, vendor);
    if (breaker === 'closed') await wait(20);
  }
  const states = `${await breakerAt(told.port, vendor)} at the one, ${breaker} at the other, which was asked nothing`;
  report.promise('a vendor that fails for one is off at the other', breaker !== 'closed', states, true);
  for (const service of [told, heard]) await stage.end(service);
}

async function breakerAt(port, vendor) {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  const { details } = await response.json();
  return details.providers[vendor].breaker;
}

/** New addresses all the time at a route that fails open, while a third of the Redis Cluster dies. */
async function loseMaster(stage, report, redis, isShort) {
  const apps = [stage.child('guarded-process.mjs'), stage.child('guarded-process.mjs')];
  const settings = { redis: { url: redis.url, hashKey: HASH_KEY }, vendor: VENDOR, baseUrl: stage.baseUrls[VENDOR] };
  const quotaBrake = { perPrefix: 256, perAsn: 1_000_000 };
  const ports = await Promise.all(apps.map((app) => app.ask('start', { ...settings, deadlineMs: 1000, quotaBrake })));
  const lines = await openLines(ports, LINES);
  const ms = isShort ? 2_000 : 10_000;
  const startedAt = performance.now();
  const answers = { before: [], after: [] };
  let number = 300_000;
  const next = () =>
    performance.now() - startedAt < ms ? { request: getAs(addressOf(number++), '/open') } : undefined;
  let killedAt = Infinity;
  const loaded = askAll(lines, next, (answer) => {
    (performance.now() - answer.ms < killedAt ? answers.before : answers.after).push(answer);
  });
  await wait(ms / 3);
  killedAt = performance.now();
  await redis.masters[1].stop();
  await loaded;
  for (const line of lines) line.close();
  for (const app of apps) await stage.end(app);
  const all = [...answers.before, ...answers.after];
  const noVerdict = answers.after.filter(({ text }) => text.includes('"failedOpen":true')).length;
  report.promise(
    'a master that dies costs no request',
    all.every(({ status }) => status === 200),
    counted(statusesOf(all)),
  );
  const times = (some) => latencies(some.map(({ ms: took }) => took));
  report.figure(
    `master killed: before ${answers.before.length} requests, ${times(answers.before)}; after ${answers.after.length}, ${times(answers.after)}, ${noVerdict} let through without a verdict`,
  );
}

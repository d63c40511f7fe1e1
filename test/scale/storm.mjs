// Everybody asks about one address that nobody knows yet, at the same moment and at two processes.
import { addressOf } from './addresses.mjs';
import { counted, latencies } from './report.mjs';
import { askAll, getAs, openLines, riskOf } from './wire-client.mjs';

const VENDORS = ['ipstack', 'beltic', 'ipgeolocation', 'apiverve', 'abuseipdb', 'ipqualityscore'];
/** The services, the vendors and ten thousand clients share the processors of one machine: they need more time there. */
const PATIENT_MS = 20_000;
const DEFAULT_MS = 300;
/** A VPN: its score is not the one that nothing known would make. */
const ADDRESS = '185.159.157.8';
const WARM_UP = 40;

export async function storm(stage, report, isShort) {
  const sockets = isShort ? 1_000 : 10_000;
  report.part('storm', `${sockets} open sockets, half to each of 2 processes, ask about one new address at once`);
  await stage.startSandbox();
  const patient = await blow(stage, sockets, PATIENT_MS);
  describe(report, patient, PATIENT_MS);
  const { calls, statuses, scores } = patient;
  report.promise(
    'one call to each of six vendors',
    Object.values(calls).every((count) => count === 1),
    namesOf(calls),
    true,
  );
  report.promise(
    'every answer is 200',
    statuses.every((status) => status === 200),
    counted(statuses),
    true,
  );
  report.promise('every answer has the same score', new Set(scores).size === 1, counted(scores));
  // No promise: clients, vendors and services are on one machine, so what is late is not the service's alone.
  if (!isShort) describe(report, await blow(stage, sockets, DEFAULT_MS), DEFAULT_MS);
}

async function blow(stage, sockets, deadlineMs) {
  const redis = await stage.redis();
  const settings = { REDIS_URL: redis.url, IP_RISK_DEADLINE_MS: String(deadlineMs) };
  const services = await stage.services(2, VENDORS, settings);
  const ports = services.map(({ port }) => port);
  const lines = await openLines(ports, sockets, getAs(ADDRESS, '/health/live'));
  await warmUp(lines.slice(0, 2));
  const before = await callsOf(stage);
  const request = riskOf(ADDRESS);
  const answers = await Promise.all(lines.map((line) => line.ask(request)));
  for (const line of lines) line.close();
  const after = await callsOf(stage);
  await Promise.all(services.map((service) => stage.end(service)));
  return {
    calls: Object.fromEntries(VENDORS.map((vendor) => [vendor, after[vendor] - before[vendor]])),
    statuses: answers.map(({ status }) => status),
    scores: answers.map(({ status, text }) => (status === 200 ? JSON.parse(text).assessment.score : 'none')),
    times: answers.map(({ ms }) => ms),
  };
}

/** A process that just started is busy with compiling; other addresses, so that the one in question stays unknown. */
async function warmUp(lines) {
  let number = 0;
  const next = () => (number < WARM_UP ? { request: riskOf(addressOf(number++)) } : undefined);
  await askAll(lines, next, () => undefined);
}

async function callsOf(stage) {
  const calls = {};
  for (const vendor of VENDORS) calls[vendor] = await stage.lookupsAt(vendor);
  return calls;
}

function describe(report, { calls, statuses, scores, times }, deadlineMs) {
  report.figure(
    `deadline ${deadlineMs} ms: ${counted(statuses)}; scores ${counted(scores)}; calls ${namesOf(calls)}; ${latencies(times)}`,
  );
}

function namesOf(calls) {
  return Object.entries(calls)
    .map(([vendor, count]) => `${vendor} ${count}`)
    .join(', ');
}

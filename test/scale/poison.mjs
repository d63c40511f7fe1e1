// Whatever somebody makes of the values in Redis, no process takes a verdict from it.
import { addressOf } from './addresses.mjs';
import { parseIpAddress } from '../../dist/common/ip/ip-address.js';
import { prefixKey } from '../../dist/common/ip/ip-prefix.js';
import { EntrySeal } from '../../dist/common/redis/entry-seal.js';
import { MUTATION_KINDS, mutate } from '../support/mutations.mjs';
import { keysOf } from './redis-server.mjs';
import { counted } from './report.mjs';
import { HASH_KEY } from './stage.mjs';
import { askAll, openLines, riskOf } from './wire-client.mjs';

const VENDOR = 'ipstack';
const LINES = 20;
const UNTOUCHED = 50;
const MOST_ROUNDS = 20;
const SEED = 20_260_601;
const WRONG_HASH_KEY = 'whoever-writes-this-has-another-key';
/** The cap on new addresses of networks that nobody knows is not what is tried here. */
const NO_CAP = '1000000';

export async function poison(stage, report, isShort) {
  const mutations = isShort ? 300 : 10_000;
  report.part(
    'poison',
    `${mutations} values in Redis changed in ${MUTATION_KINDS.length} ways, read by a second process (seed ${SEED})`,
  );
  await stage.startSandbox();
  const redis = await stage.redis();
  const settings = { REDIS_URL: redis.url, IP_RISK_NEW_PER_ASN: NO_CAP, IP_RISK_DEADLINE_MS: '5000' };
  const [warm, cold] = await stage.services(2, [VENDOR], settings);
  const { addresses, names, before } = await fill(warm, redis, mutations + UNTOUCHED);
  // What nobody touched is taken: otherwise a cache that takes nothing at all would pass.
  const untouched = await takenFrom(stage, cold, addresses.slice(mutations));
  const kinds = await poisonAll(redis, names.slice(0, mutations));
  const callsBefore = await stage.lookupsAt(VENDOR);
  const after = await ask(cold, addresses.slice(0, mutations));
  const calls = (await stage.lookupsAt(VENDOR)) - callsBefore;

  report.figure(`kinds: ${counted(kinds)}`);
  report.promise(
    'values that nobody touched are taken',
    untouched.calls === 0,
    `${untouched.calls} calls for ${untouched.asked}`,
    true,
  );
  report.promise(
    '0 verdicts are taken from changed values',
    calls >= mutations,
    `the vendor was asked ${calls} times for ${mutations}`,
  );
  const statuses = after.map(({ status }) => status);
  report.promise(
    'every answer is 200',
    statuses.every((status) => status === 200),
    counted(statuses),
  );
  const changed = after.filter((answer, index) => verdictOf(answer) !== verdictOf(before[index]));
  report.promise('every verdict is the one from before', changed.length === 0, `${changed.length} differ`);
}

async function ask(service, addresses) {
  const lines = await openLines([service.port], LINES);
  const answers = [];
  let index = 0;
  const next = () => (index < addresses.length ? { index, request: riskOf(addresses[index++]) } : undefined);
  await askAll(lines, next, (answer, job) => {
    answers[job.index] = answer;
  });
  for (const line of lines) line.close();
  return answers;
}

async function takenFrom(stage, service, addresses) {
  const before = await stage.lookupsAt(VENDOR);
  await ask(service, addresses);
  return { asked: addresses.length, calls: (await stage.lookupsAt(VENDOR)) - before };
}

/** Asks about new addresses until so many of them have an entry in Redis: a busy process may not get all of them there. */
async function fill(service, redis, count) {
  const answers = new Map();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const known = new Set([...(await keysOf(redis)).keys()].filter((name) => name.endsWith(':entry')));
    const names = new Map([...known].map((name) => [/\{(.+)\}/.exec(name)[1], name]));
    const kept = [...answers.keys()].filter((address) => names.has(placeOf(address))).slice(0, count);
    if (kept.length === count) {
      const nameOf = (address) => names.get(placeOf(address));
      return { addresses: kept, names: kept.map(nameOf), before: kept.map((address) => answers.get(address)) };
    }
    const more = Array.from({ length: count - kept.length }, (_, index) => addressOf(answers.size + index));
    const answered = await ask(service, more);
    for (const [index, address] of more.entries()) answers.set(address, answered[index]);
  }
  throw new Error(`In ${MOST_ROUNDS} rounds less than ${count} entries came into Redis.`);
}

/** What names the address in Redis. */
function placeOf(address) {
  return new EntrySeal(HASH_KEY).nameOf(prefixKey(parseIpAddress(address)));
}

async function poisonAll(redis, names) {
  const texts = await redis.looker.mget(names);
  const call = (command, ...args) => redis.looker.call(command, ...args);
  const kinds = [];
  for (const [index, name] of names.entries()) {
    const text = texts[index];
    const others = [texts[(index + 1) % texts.length], forged(name, text), forged(name, text, WRONG_HASH_KEY)];
    const { kind, apply } = mutate(SEED + index, text, others, (data) => sealed(name, data));
    await apply(call, name);
    kinds.push(kind);
  }
  return kinds;
}

/** The real seal, over what no process of ours writes. */
function sealed(name, data) {
  return new EntrySeal(HASH_KEY).close(name, { at: Date.now(), data });
}

/** The same answers with a Tor exit on a blocklist for everybody, sealed by somebody without our key. */
function forged(name, text, hashKey = '') {
  const entry = JSON.parse(text.slice(text.indexOf('{')));
  const fact = { value: true, confidence: 1, evidence: 'forged' };
  for (const answer of entry.data.answers) Object.assign(answer.facts, { isTorExitNode: fact, isBlocklisted: fact });
  return new EntrySeal(hashKey).close(name, entry);
}

/** What a caller acts on; not the age. */
function verdictOf({ status, text }) {
  if (status !== 200) return `status ${status}`;
  const { assessment, decision } = JSON.parse(text);
  return JSON.stringify([assessment.status, assessment.score, assessment.signals, decision.action, decision.cause]);
}

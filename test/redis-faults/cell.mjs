// One cell of the run: two fresh processes on one Redis, one fault of it, and requests before, under and after it.
import { setTimeout as wait } from 'node:timers/promises';
import { Answers } from './answers.mjs';
import { Load } from './load.mjs';
import { brokenPromises, doubtfulPromises } from './promises.mjs';
import { healthSays, sharedAgain } from './recovery.mjs';

/** Milliseconds before a cell with a doubtful figure runs again: what the machine was busy with is over by one of them. */
const PAUSES_MS = [1_000, 4_000, 10_000];
/** Redis is away for so long at least. */
const LEAST_OUTAGE_MS = 1_500;
/** Beyond the promise, to tell late from never. */
const MOST_HEALTH_MS = 6_000;
const START_MS = 5_000;

/** @returns what was counted, and the violations in sentences. */
export async function runCell(stage, subject, fault, moment, requests) {
  for (let repeats = 0; ; repeats += 1) {
    const counted = await countCell(stage, subject, fault, moment, requests);
    const broken = brokenPromises(counted);
    const doubtful = doubtfulPromises(counted);
    const isSure = broken.length > 0 || doubtful.length === 0;
    if (isSure || repeats === PAUSES_MS.length) return { ...counted, repeats, violations: [...broken, ...doubtful] };
    console.log(`again: ${placeOf(counted)}: ${doubtful.join('; ')}`);
    await wait(PAUSES_MS[repeats]);
  }
}

export function placeOf({ subject, fault, moment }) {
  return `${subject.name}, ${fault.name} ${moment}`;
}

async function countCell(stage, subject, fault, moment, requests) {
  const { redis, sandbox } = stage;
  await redis.ask('empty');
  await sandbox.ask('play', { vendor: 'ipstack' });
  const begin = () => redis.ask('begin', { fault: fault.name });
  if (moment === 'at boot') await begin();
  const [instance, witness] = await Promise.all([subject.start('app'), subject.start('witness')]);
  if (moment === 'mid-load') await healthSays(instance, 'up', START_MS);
  for (const child of [instance.child, witness.child, redis]) await child.ask('times');

  const answers = new Answers(subject);
  const load = new Load(instance, subject.modes, requests, (mode, answer) => {
    answers.take(mode, answer);
    stage.canaries.look('an answer', `${answer.headers}\n${answer.text}`);
  });
  await load.reach(0.25);
  if (moment === 'mid-load') await begin();
  const saidAfterMs = await underFault(instance, load, fault);
  await redis.ask('end', { fault: fault.name });
  const recovery = await recover(instance, witness, subject, load);
  await load.end();
  const figures = await figuresOf(stage, { instance, witness });
  return { subject, fault, moment, answers, fresh: load.fresh, saidAfterMs, recovery, ...figures };
}

/** @returns milliseconds until /health told of it. */
async function underFault(instance, load, fault) {
  const beganAt = performance.now();
  const outage = load.reach(0.75).then(() => wait(Math.max(0, LEAST_OUTAGE_MS - (performance.now() - beganAt))));
  const isHealthy = fault.name === 'healthy';
  const [saidAfterMs] = await Promise.all([isHealthy ? 0 : healthSays(instance, 'degraded', LEAST_OUTAGE_MS), outage]);
  return saidAfterMs;
}

async function recover(instance, witness, subject, load) {
  const [shared, healthMs] = await Promise.all([
    sharedAgain(instance, witness, subject.modes[0]),
    healthSays(instance, 'up', MOST_HEALTH_MS),
    load.reach(1),
  ]);
  return { sharedMs: shared.ms, addresses: shared.addresses, told: shared.told, healthMs };
}

async function figuresOf(stage, { instance, witness }) {
  const { canaries, redis, sandbox } = stage;
  const times = await instance.child.ask('times');
  const others = [await witness.child.ask('times'), await redis.ask('times')];
  const starvedMs = [times, ...others].reduce((sum, { starvedMs: ms }) => sum + ms, 0);
  const memory = await instance.child.ask('memory');
  const counts = await sandbox.ask('counts', { vendor: 'ipstack' });
  const calls = await instance.vendorCalls();
  const witnessCalls = await witness.vendorCalls();
  for (const { headers, text } of [await instance.health(), await witness.health()]) {
    canaries.look('/health', `${headers}\n${text}`);
  }
  await Promise.all([instance.close(), witness.close()]);
  const outputs = [instance.output, witness.output];
  for (const output of outputs) canaries.look('the output of a process', output);
  return { times, starvedMs, memory, sandboxRequests: counts.requests, calls, witnessCalls, outputs };
}

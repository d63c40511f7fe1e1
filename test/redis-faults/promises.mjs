// Holds one cell of the run against the promises. Every sentence is a violation.
import { MOST_MS } from '../faults/promises.mjs';
import { sumOf } from './recovery.mjs';

/** Milliseconds after Redis returns. */
export const MOST_RECOVERY_MS = 5_000;

/** What makes an answer of Redis late, which has an eighth of the deadline. */
const LEAST_STALL_MS = 30;

/** Said of a service without API keys, at its start. */
const EXPECTED_WARNING = /No IP_RISK_API_KEYS are set/;
/** Of answers that are counted anyway. */
const WITHOUT_VERDICT = /without a verdict/;
const TOLD = /Redis (cannot be used|refuses commands)/;
const TOLD_OF_END = /Redis can be used again/;

/** Wrong whatever the machine is busy with. */
export function brokenPromises({ answers, outputs }) {
  const wrong = [...answers.strange];
  if (answers.serverErrors > 0) wrong.push(`${answers.serverErrors} server errors`);
  for (const line of outputs.flatMap(warningsIn)) {
    if (![TOLD, TOLD_OF_END, WITHOUT_VERDICT].some((form) => form.test(line))) wrong.push(`the log says: ${line}`);
  }
  return wrong;
}

/** May also come of a machine that is busy with something else: true only when it happens again. */
export function doubtfulPromises(counted) {
  const { answers, times, fresh, recovery, calls, witnessCalls, sandboxRequests, saidAfterMs } = counted;
  const wrong = [];
  const expect = (what, actual, expected) => {
    if (actual !== expected) wrong.push(`${what}: ${actual} and not ${expected}`);
  };
  const addresses = fresh + recovery.addresses;
  expect('answers without a verdict, though the vendor is well', answers.unavailable, 0);
  expect(`vendor calls of the process for as many new addresses (${JSON.stringify(calls)})`, sumOf(calls), addresses);
  expect('requests that the vendor saw', sandboxRequests, addresses + sumOf(witnessCalls));
  wrong.push(...logFaults(counted));
  const { slowestMs, slowestOwnMs } = times;
  if (slowestOwnMs > MOST_MS) {
    const took = `${Math.round(slowestMs)} ms, ${Math.round(slowestOwnMs)} without waiting for a processor`;
    wrong.push(`a request took ${took}: more than ${MOST_MS}`);
  }
  if (saidAfterMs === Infinity) wrong.push('/health does not tell of it');
  const within = (what, ms) => {
    if (ms > MOST_RECOVERY_MS) wrong.push(`${what} ${Math.round(ms)} ms after Redis returned`);
  };
  within(`verdicts are shared again, and the processes say ${JSON.stringify(recovery.told)},`, recovery.sharedMs);
  within('/health says "up" again', recovery.healthMs);
  return wrong;
}

/**
 * One sentence when it begins and one when it is over, of each process, however many requests there were. A process that
 * has to wait for a processor also takes Redis to be late.
 */
function logFaults({ fault, outputs, starvedMs }) {
  const outages = fault.name === 'healthy' ? 0 : 1;
  const most = outages + Math.floor(starvedMs / LEAST_STALL_MS);
  return outputs.flatMap((output, process) => {
    // The other process asks Redis nothing meanwhile, so it may not notice.
    const least = process === 0 ? outages : 0;
    const lines = warningsIn(output);
    const told = lines.filter((line) => TOLD.test(line)).length;
    const toldOfEnd = lines.filter((line) => TOLD_OF_END.test(line)).length;
    if (told >= least && told <= most && toldOfEnd <= told) return [];
    const begin = lines.slice(0, 6).join(' | ');
    return [`the log tells of ${told} outages and ${toldOfEnd} ends, and there were ${least} to ${most}: ${begin}`];
  });
}

/** Also what Node.js itself warns of. */
function warningsIn(output) {
  return output
    .split('\n')
    .filter((line) => / (WARN|ERROR|FATAL) |^\(node:|Unhandled/.test(line) && !EXPECTED_WARNING.test(line));
}

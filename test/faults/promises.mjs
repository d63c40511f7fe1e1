// Holds one cell of the run against the promises. Every sentence is a violation.

export const DEADLINE_MS = 300;
export const MOST_MS = DEADLINE_MS + 50;

/** Failures after which an adapter may ask a second time. */
const RETRIED = ['PROVIDER_UNREACHABLE', 'PROVIDER_RATE_LIMITED'];

/** Wrong whatever the machine is busy with. */
export function brokenPromises({ vendor, variant, tally, report, health, counts }) {
  const wrong = [...tally.strange];
  const expect = (what, actual, expected) => {
    if (actual !== expected) wrong.push(`${what}: ${actual}, and the harness counted ${expected}`);
  };
  const { mode } = tally;
  if (tally.serverErrors > 0) wrong.push(`${tally.serverErrors} server errors`);
  expect('handler runs', report.runs[mode], tally.ran);
  const { failedOpen, failedClosed, actions } = report.decisions;
  expect('failedOpen', failedOpen, tally.failedOpen);
  expect('failedClosed', failedClosed, tally.failedClosed);
  expect('decisions', sum(actions), tally.requests);
  const { calls, refused } = report.lane;
  const { ok = 0, ...failures } = calls;
  expect('calls that went well', ok, tally.verdicts);
  expect('provider errors and refusals', sum(failures) + sum(refused), tally.withoutVerdict);
  wrong.push(...differencesIn(health, report, vendor.name));
  if (counts.redirectsFollowed > 0) wrong.push(`${counts.redirectsFollowed} redirects followed, key and all`);
  if (variant.verdicts === 'none' && tally.verdicts > 0) wrong.push(`${tally.verdicts} verdicts out of broken answers`);
  for (const score of tally.scores.keys()) {
    if (!score.endsWith(' allow')) wrong.push(`a household line is judged "${score}"`);
  }
  return wrong;
}

/** May also come of a machine that is busy with something else: true only when it happens again. */
export function doubtfulPromises({ vendor, variant, tally, report, counts }) {
  const wrong = [];
  // A busy machine may let the deadline pass before a request is sent, or between a failure and its second attempt.
  const { calls } = report.lane;
  const [least, most] = requestsFor(vendor, calls);
  if (counts.requests < least || counts.requests > most) {
    wrong.push(`the sandbox counted ${counts.requests} requests for ${JSON.stringify(calls)}: not ${least} to ${most}`);
  }
  const { slowestMs, slowestOwnMs } = report;
  if (slowestOwnMs > MOST_MS) {
    const took = `${Math.round(slowestMs)} ms, ${Math.round(slowestOwnMs)} without waiting for a processor`;
    wrong.push(`a request took ${took}: more than ${MOST_MS}`);
  }
  if (variant.verdicts === 'all') wrong.push(...shortfallOf(vendor, tally, calls));
  return wrong;
}

/** A whole answer gives a verdict unless it comes too late, or the plan's lookups of this minute are used up. */
function shortfallOf({ mostLookups }, tally, calls) {
  const excused = ['ok', 'PROVIDER_TIMEOUT', ...(mostLookups < tally.requests ? ['PROVIDER_RATE_LIMITED'] : [])];
  const isExcused = Object.keys(calls).every((code) => excused.includes(code));
  if (tally.verdicts > 0 && isExcused) return [];
  return [`only ${tally.verdicts} verdicts out of whole answers: ${JSON.stringify(calls)}`];
}

/** The health report is the same counters by another way. */
function differencesIn({ details }, { decisions, lane }, vendor) {
  const shown = [details.decisions.failed_open, details.decisions.failed_closed, details.providers[vendor].calls];
  const counted = [decisions.failedOpen, decisions.failedClosed, lane.calls];
  const isSame = JSON.stringify(shown) === JSON.stringify(counted);
  return isSame ? [] : [`/health says ${JSON.stringify(shown)} and the counters ${JSON.stringify(counted)}`];
}

/**
 * The least and most requests that the vendor may have seen for such calls. An attempt is one request to each endpoint;
 * a failure that may pass is tried twice where the deadline leaves time, and a second attempt may end any way. What a
 * provider held back itself is among the refusals, and left no request behind.
 */
function requestsFor({ requestsPerLookup }, calls) {
  const mayRetry = RETRIED.some((code) => code in calls);
  const lookups = sum(calls);
  return [lookups * requestsPerLookup, lookups * requestsPerLookup * (mayRetry ? 2 : 1)];
}

export function sum(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

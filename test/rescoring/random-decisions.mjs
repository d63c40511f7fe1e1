// Decisions of every kind, the same for the same seed: facts, opinions, failures, stand-ins, travel, stated countries and
// policies of all sorts, each decided by the engine that is given.

const COUNTRIES = ['DE', 'FR', 'US', 'RU', 'KP', 'NO', 'JP', 'BR'];
const STATED = [undefined, undefined, 'DE', 'fr', 'Germany', '', 'NO', 'jp'];
const TEXTS = ['asn-table', 'feed:tor-exits', 'says "yes"', 'back\\slash \\u0000', 'Übergröße 🛰', 'a, b; c', ''];
const FAILURES = ['PROVIDER_TIMEOUT', 'PROVIDER_QUOTA', 'PROVIDER_UNREACHABLE', 'NO_DATA'];
const PROVIDERS = ['offline', 'alpha', 'beta', 'gamma'];
const BLOCKABLE = ['tor', 'vpn', 'proxy', 'residential-proxy', 'relay', 'hosting', 'blocklisted'];
const START = Date.UTC(2026, 5, 1);

/** Whole and fractional numbers below 1, evenly spread; mulberry32. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Draws from what there is. */
function dice(seed) {
  const random = randomNumbers(seed);
  const chance = (share) => random() < share;
  const below = (most) => Math.floor(random() * most);
  const one = (list) => list[below(list.length)];
  const some = (list, share) => list.filter(() => chance(share));
  return { random, chance, below, one, some };
}

function policyOf({ chance, below, one, some }, index) {
  const thresholds = [below(102), below(102), below(102)].sort((a, b) => a - b);
  return {
    name: `policy-${index}`,
    scorecard: one(['unified', 'unified', 'unified', 'geo', 'alpha', 'beta']),
    thresholds: { monitor: thresholds[0], challenge: thresholds[1], block: thresholds[2] },
    onUnavailable: one(['allow', 'challenge', 'hold', 'block']),
    takeStandIns: one([undefined, true, false]),
    onChallenge: one(['annotate', 'reject']),
    mode: chance(0.2) ? 'dry-run' : 'live',
    blockOn: some(BLOCKABLE, 0.15),
    deniedCountries: chance(0.4) ? some(COUNTRIES, 0.3) : [],
    allowedCountries: chance(0.2) ? some(COUNTRIES, 0.6) : [],
    onDeniedCountry: one(['block', 'score']),
    alertFrom: one(['medium', 'high', 'critical', 'never']),
    alertOnNewCountry: chance(0.3),
  };
}

function combinerOf({ random, one, some }) {
  const named = some(['unified', ...PROVIDERS], 0.5);
  const weights = Object.fromEntries(named.map((name) => [name, one([0, 0.1 + 0.2, random() * 3, 1])]));
  return { kind: one(['max', 'mean', 'weighted']), weights };
}

function cardOf({ below, one, chance }, random) {
  const edges = [1 + below(30), 40 + below(20), 70 + below(25)];
  const actions = ['allow', 'monitor', 'challenge', 'block'];
  return {
    card: {
      bands: [0, ...edges].map((from, index) => ({ from, label: one(TEXTS), action: actions[index] })),
      ...(chance(0.5) && { claimedCountryDiffers: below(40) }),
    },
    rows: Array.from({ length: below(4) }, (_, row) => ({
      code: `ROW_${row}`,
      points: below(70) - 15,
      detail: `${one(TEXTS)} ${random()}`,
    })),
  };
}

function answerOf(draw, providerId, { NO_FACTS, FACT_NAMES }) {
  const { random, chance, one } = draw;
  const facts = { ...NO_FACTS };
  for (const name of FACT_NAMES) {
    if (chance(0.7)) continue;
    const confidence = chance(0.5) ? 1 : random();
    facts[name] = { value: chance(0.6), confidence, evidence: one(TEXTS), lastSeen: one([undefined, '2026-05-01']) };
  }
  const nowhere = { region: undefined, postalCode: undefined, accuracyRadiusKm: undefined, timeZone: undefined };
  const point = { latitude: random() * 180 - 90, longitude: random() * 360 - 180 };
  return {
    providerId,
    facts,
    location: chance(0.7) ? { countryCode: one(COUNTRIES), city: one(TEXTS), ...nowhere, ...point } : undefined,
    network: chance(0.7) ? { asn: draw.below(400_000), organization: one(TEXTS), isp: undefined } : undefined,
    score: chance(0.5) ? cardOf(draw, random) : undefined,
    source: chance(0.2) ? 'shared' : undefined,
    isPartial: chance(0.1),
  };
}

function addressOf({ below, chance }, { parseIpAddress }) {
  const part = () => below(256);
  const embedded = `${1 + below(9)}.${part()}.${part()}.${part()}`;
  if (chance(0.8)) return parseIpAddress(embedded);
  return parseIpAddress(chance(0.3) ? `64:ff9b::${embedded}` : `2a00:${below(0xffff).toString(16)}::${part()}`);
}

function assessmentOf(draw, engine, assessors) {
  const { chance, one, some, below } = draw;
  const address = addressOf(draw, engine);
  const assessor = one(assessors);
  if (chance(0.04)) return assessor.notApplicable(address, { name: 'x', scope: one(['internal', 'unroutable']) });
  const asked = some(PROVIDERS, 0.6);
  const failed = asked.filter(() => chance(0.2));
  const answers = asked.filter((id) => !failed.includes(id)).map((id) => answerOf(draw, id, engine));
  const failures = failed.map((providerId) => ({
    providerId,
    code: one(FAILURES),
    ...(chance(0.3) && { refused: true }),
    ...(chance(0.3) && { retryAfterMs: below(10_000) }),
  }));
  const outcome = { answers, failures, hasQuorum: answers.length > 0 && chance(0.9), askedVendors: true };
  const standsIn = chance(0.15) ? { standsIn: one(['stale', 'quota-brake']) } : {};
  return assessor.assess(address, outcome, { assessedAt: START, ...standsIn });
}

function travelOf({ random, chance, one, below }) {
  if (chance(0.5)) return undefined;
  if (chance(0.15)) return 'unavailable';
  const isKnown = chance(0.9);
  const verdict = {
    status: one(['first', 'possible', 'impossible', 'impossible', 'not-comparable', 'unknown']),
    network: 'access',
    from: chance(0.8) ? { country: one([undefined, ...COUNTRIES]) } : undefined,
    distanceKm: isKnown ? random() * 20_000 : undefined,
    elapsedSeconds: isKnown ? random() * 90_000 : undefined,
    speedKmh: isKnown ? one([Infinity, random() * 9000, undefined]) : undefined,
    isCountryChanged: one([undefined, true, false]),
  };
  const relief = {
    kind: one(['announced', 'network', 'country']),
    country: one([undefined, ...COUNTRIES]),
    until: START + below(1e9),
  };
  return { verdict, relief: chance(0.3) ? relief : undefined, isHeld: chance(0.05) };
}

function decidedBy(engine, draw, policy, assessors) {
  const { chance, one, below } = draw;
  if (chance(0.02)) return { decision: engine.decideSkipped(policy), claimedCountry: undefined };
  const subject = chance(0.4) ? `user-${below(1000)}` : undefined;
  const context = { claimedCountry: one(STATED), subject, travel: travelOf(draw) };
  const { claimedCountry } = context;
  if (chance(0.03)) return { decision: engine.decideUnknownClient(policy, context), claimedCountry };
  const decision = engine.decide(assessmentOf(draw, engine, assessors), policy, context);
  return { decision: chance(0.03) ? engine.decideUnrecorded(decision, policy) : decision, claimedCountry };
}

/** So many events; the n-th is on the route `route-n`, so that none is merged with another. */
export function* randomDecisions(count, seed, engine) {
  const draw = dice(seed);
  const policies = Array.from({ length: 80 }, (_, index) => engine.digested(policyOf(draw, index)));
  const clock = { now: () => START, after: () => () => undefined };
  const assessors = Array.from({ length: 6 }, () => new engine.OutcomeAssessor(clock, combinerOf(draw)));
  for (let index = 0; index < count; index += 1) {
    const policy = draw.one(policies);
    const decided = decidedBy(engine, draw, policy, assessors);
    yield { ...decided, policy: policy.policy, route: `route-${index}`, latencyMs: draw.below(300) };
  }
}

/** What a decision on record says otherwise than the decision that was made, or than it comes to once more; none where all is the same. */
export function differences(event, logged, rescored) {
  const said = ({ score, reasons, action, intendedAction, cause }) =>
    JSON.stringify([
      score,
      reasons.map(({ code, points, provider, detail }) => [code, points, provider, detail]),
      action,
      intendedAction,
      cause,
    ]);
  const made = said(event.decision);
  return [
    ...(said(logged) === made ? [] : [`${event.route} is on record as ${said(logged)} and was ${made}`]),
    ...(rescored !== undefined && said(rescored) === made
      ? []
      : [`${event.route} comes to ${rescored && said(rescored)} and was ${made}`]),
  ];
}

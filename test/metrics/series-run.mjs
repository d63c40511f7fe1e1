// By hand or `npm run test:series`: a million addresses and users through the engine, and as many series as before.
//   --addresses 1000000
import { parseArgs } from 'node:util';
import { addressOf } from '../scale/addresses.mjs';
import { parseIpAddress } from '../../dist/common/ip/ip-address.js';
import { systemClock } from '../../dist/common/clock/clock.js';
import { AssessmentService } from '../../dist/modules/assessment/assessment.service.js';
import { LoginCounters } from '../../dist/modules/geo-velocity/logins/login-counters.js';
import { IpRiskMetrics } from '../../dist/modules/metrics/ip-risk-metrics.js';
import { digested } from '../../dist/modules/policy/policy-digest.js';
import { readPolicyFile } from '../../dist/modules/policy/policy-file.js';
import { NO_FACTS } from '../../dist/modules/providers/ip-intelligence.js';
import { ProviderLookup } from '../../dist/modules/providers/lookup/provider-lookup.js';
import { QuotaBrake } from '../../dist/modules/providers/protection/quota-brake.js';
import { DecisionCounters } from '../../dist/modules/screening/decision-counters.js';
import { RiskEvents } from '../../dist/modules/screening/risk-events.js';
import { ScreeningService } from '../../dist/modules/screening/screening.service.js';
import { NO_DATABASE } from '../../dist/modules/storage/no-database.js';

const { values } = parseArgs({ options: { addresses: { type: 'string', default: '1000000' } } });
const addresses = Number(values.addresses);
const ROUNDS = 10;

const clock = systemClock;
const { policies } = readPolicyFile();
const digests = [...policies.values()].map(digested);
const yes = { value: true, confidence: 1, evidence: 'series-run', lastSeen: undefined };
const no = { ...yes, value: false };
const KINDS = ['isTorExitNode', 'isAnonymousVpn', 'isHostingProvider', 'isMobile', 'isRelay', 'isBlocklisted'];
const factsOf = KINDS.map((name) => Object.freeze({ ...NO_FACTS, isSatellite: no, [name]: yes }));
let asked = 0;
const provider = {
  id: 'played',
  kind: 'offline',
  lookup: () => ({
    providerId: 'played',
    facts: factsOf[asked++ % factsOf.length],
    location: undefined,
    network: { asn: 1 + (asked % 60_000), organization: `Organization ${asked}`, isp: undefined },
  }),
  health: () => ({ status: 'up', details: {} }),
};

const lookup = new ProviderLookup({ providers: [provider], clock });
const brake = new QuotaBrake({ clock });
const assessments = new AssessmentService({ lookup, clock, brake });
const events = new RiskEvents();
const decisions = new DecisionCounters();
const logins = new LoginCounters();
events.subscribe(decisions.count);
events.subscribe(logins.countDecided);
const screening = new ScreeningService({ assessments, events, clock });
const metrics = new IpRiskMetrics(
  {
    decisions,
    policies: [...policies.keys()],
    lookup,
    brake,
    assessments,
    stores: { cache: undefined, lasting: undefined },
    database: NO_DATABASE,
    travel: { logins },
    log: undefined,
    alerts: undefined,
  },
  false,
);

const linesOf = (text) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const scrape = async () => {
  const startedAt = performance.now();
  const text = await metrics.text();
  globalThis.gc?.();
  return {
    series: linesOf(text).map((line) => line.slice(0, line.lastIndexOf(' '))),
    bytes: text.length,
    ms: performance.now() - startedAt,
    heap: process.memoryUsage().heapUsed,
    text,
  };
};
const said = (label, { series, bytes, heap }) =>
  console.log(`${label}: ${series.length} series, ${bytes} bytes, heap ${(heap / 1e6).toFixed(1)} MB`);

const before = await scrape();
said('before', before);
const startedAt = performance.now();
for (let number = 0; number < addresses; number += 1) {
  const decision = screening.screenAddress(
    parseIpAddress(addressOf(number)),
    { route: `Route.of${number}`, policy: digests[number % digests.length] },
    { subject: `user-${number}`, claimedCountry: `C${number}` },
  );
  if (decision instanceof Promise) await decision;
  if ((number + 1) % (addresses / ROUNDS) === 0) said(`after ${number + 1}`, await scrape());
}
const seconds = (performance.now() - startedAt) / 1000;
const after = await scrape();
const grown = after.series.filter((name) => !before.series.includes(name));
const counted = linesOf(after.text)
  .filter((line) => line.startsWith('ip_risk_decisions_total'))
  .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
const leaked = after.text.match(/user-\d|Route\.of|Organization|(?<![\d.])\d+\.\d+\.\d+\.\d+/g) ?? [];
console.log(
  `${(addresses / seconds).toFixed(0)} decisions/s; ${grown.length} new series, ${counted} decisions counted`,
);
const isKept = grown.length === 0 && after.series.length === before.series.length && leaked.length === 0;
console.log(isKept && counted === addresses ? 'kept' : `BROKEN: ${[...grown, ...leaked].slice(0, 5).join(', ')}`);
process.exitCode = isKept && counted === addresses ? 0 : 1;

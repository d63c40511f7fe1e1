// Cold and cached assessments against the bare city and ASN lookups that they need.
import maxmind from 'maxmind';
import { systemClock } from '../dist/common/clock/clock.js';
import { parseIpAddress } from '../dist/common/ip/ip-address.js';
import { AssessmentService } from '../dist/modules/assessment/assessment.service.js';
import { ProviderLookup } from '../dist/modules/providers/lookup/provider-lookup.js';
import { openAsnCsv } from '../dist/modules/providers/offline/databases/asn-database.js';
import { shippedAsn, shippedCity } from '../dist/modules/providers/offline/databases/shipped-data.js';
import { offline } from '../dist/modules/providers/offline/offline.provider.js';
import { median, ratio, show, sideBySide } from './side-by-side.mjs';

const ROUNDS = 9;
const BATCH = 40_000;
const directory = process.env.IP_RISK_DATA_DIR ?? '.data';

/** Random global unicast addresses, nine of ten IPv4, no two alike in the cache's eyes. */
function* addresses() {
  let state = 20261122;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  for (let count = 0; ; count += 1) {
    if (count % 10 === 9)
      yield `2${(next() >>> 24).toString(16).padStart(3, '0')}:${(next() >>> 16).toString(16)}:${(next() >>> 16).toString(16)}:${(next() >>> 16).toString(16)}::1`;
    else yield `${1 + ((next() >>> 16) % 222)}.${next() >>> 24}.${next() >>> 24}.${next() >>> 24}`;
  }
}

const rate = (count, task) => {
  const start = performance.now();
  for (let index = 0; index < count; index += 1) task(index);
  return (count / (performance.now() - start)) * 1000;
};

export async function benchAssessment() {
  const provider = offline({ dataDirectory: directory });
  await provider.start();
  const lookup = new ProviderLookup({ providers: [provider], clock: systemClock });
  const service = new AssessmentService({ lookup, clock: systemClock });
  const asnData = await shippedAsn();
  const asn = await openAsnCsv(asnData.paths, asnData.date, directory);
  const [city4, city6] = await Promise.all((await shippedCity()).paths.map((path) => maxmind.open(path)));
  const source = addresses();
  const batch = () => Array.from({ length: BATCH }, () => source.next().value);
  const known = batch().slice(0, 1000);
  for (const text of known) service.assess(parseIpAddress(text));
  const results = await sideBySide(ROUNDS, {
    raw: () => {
      const texts = batch();
      return rate(BATCH, (index) => {
        const text = texts[index];
        const address = parseIpAddress(text);
        (address.family === 4 ? city4 : city6).get(text);
        asn.find(address);
      });
    },
    cold: () => {
      const texts = batch();
      return rate(BATCH, (index) => service.assess(parseIpAddress(texts[index])));
    },
    cached: () => {
      for (const text of known) service.assess(parseIpAddress(text));
      return rate(BATCH * 10, (index) => service.assess(parseIpAddress(known[index % 1000])));
    },
  });
  await provider.stop();
  show('cold offline assessment / raw city + ASN lookups', ratio(results.cold, results.raw), 0.4);
  show('cached assessment / raw city + ASN lookups', ratio(results.cached, results.raw));
  const perSecond = Object.entries(results).map(([name, values]) => `${name} ${Math.round(median(values))}/s`);
  console.log(`    medians: ${perSecond.join(', ')}`);
}

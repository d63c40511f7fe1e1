import assert from 'node:assert/strict';
import type { IpIntelligenceProvider, ProviderHealth } from '../ip-intelligence-provider.js';
import { Bench } from './contract-bench.js';
import { isVendorSubject, type ContractCase, type ContractSubject } from './contract-subject.js';
import { soundAnswer } from './sound-answer.js';

/** What every provider promises. */
export function identityCases(subject: ContractSubject, { limits }: IpIntelligenceProvider): readonly ContractCase[] {
  const kind = isVendorSubject(subject) ? 'vendor' : 'offline';
  const cases: ContractCase[] = [
    { promise: 'has an id that is text and the same every time', run: () => hasStableId(subject) },
    { promise: `is of the kind "${kind}"`, run: () => isOfKind(subject, kind) },
    {
      promise: 'gives a sound answer about an IPv4 and an IPv6 address, under its own id',
      run: () => answersSoundly(subject),
    },
    { promise: 'reports its health in the known form', run: () => reportsHealth(subject) },
  ];
  if (limits !== undefined) {
    cases.push({ promise: 'keeps its limits within what can be meant', run: () => hasSaneLimits(subject) });
  }
  return cases;
}

async function hasStableId(subject: ContractSubject): Promise<void> {
  await Bench.use(subject, async (bench) => {
    const { id } = bench.provider;
    assert.equal(typeof id, 'string');
    assert.match(id, /^[^\p{Cc}\s]([^\p{Cc}]*[^\p{Cc}\s])?$/u, 'the id is empty or has blanks around it');
    await bench.lookup();
    assert.equal(bench.provider.id, id, 'the id is another after a lookup');
    assert.equal(new Bench(subject).provider.id, id, 'the next provider of the same settings has another id');
  });
}

function isOfKind(subject: ContractSubject, kind: string): Promise<void> {
  return Bench.use(subject, ({ provider }) => {
    assert.equal(provider.kind, kind);
    return Promise.resolve();
  });
}

async function answersSoundly(subject: ContractSubject): Promise<void> {
  await Bench.use(subject, async (bench) => {
    for (const address of [bench.ipv4, bench.ipv6]) {
      soundAnswer(
        await bench.lookup(address),
        bench.provider.id,
        `a good answer about an IPv${address.family} address`,
      );
    }
    const { dataVersion = 0 } = bench.provider;
    assert.ok(Number.isFinite(dataVersion), 'dataVersion is no number');
  });
}

async function reportsHealth(subject: ContractSubject): Promise<void> {
  assertHealth(new Bench(subject).provider.health(), 'before its start');
  await Bench.use(subject, async (bench) => {
    assertHealth(bench.provider.health(), 'after its start');
    await bench.lookup();
    assertHealth(bench.provider.health(), 'after a lookup');
  });
}

function assertHealth({ status, details }: ProviderHealth, when: string): void {
  assert.ok(['up', 'degraded', 'down'].includes(status), `its status is "${status}" ${when}`);
  assert.ok(typeof details === 'object' && !Array.isArray(details), `it has no details ${when}`);
  assert.doesNotThrow(() => JSON.stringify(details), `its details cannot be shown ${when}`);
}

function hasSaneLimits(subject: ContractSubject): Promise<void> {
  return Bench.use(subject, ({ provider }) => {
    const { maxConcurrent = 25, slowCallMs = 1000, creditsPerLookup = 1, dailyBudget = 0 } = provider.limits ?? {};
    assert.ok(Number.isInteger(maxConcurrent) && maxConcurrent >= 1, `maxConcurrent is ${maxConcurrent}`);
    assert.ok(slowCallMs > 0 && slowCallMs < Infinity, `slowCallMs is ${slowCallMs}`);
    assert.ok(creditsPerLookup >= 0 && creditsPerLookup < Infinity, `creditsPerLookup is ${creditsPerLookup}`);
    assert.ok(dailyBudget >= 0 && dailyBudget < Infinity, `dailyBudget is ${dailyBudget}`);
    return Promise.resolve();
  });
}

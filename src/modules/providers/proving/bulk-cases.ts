import assert from 'node:assert/strict';
import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import { Bench, type Outcome } from './contract-bench.js';
import { OTHER_ADDRESS } from './body-cases.js';
import type { ContractCase, VendorSubject } from './contract-subject.js';
import { replying, replyingText, withOtherAddress } from './damaged-answers.js';
import { refusal, shown, soundIntelligence } from './sound-answer.js';

const THIRD = parseIpAddress('1.1.1.1') as IpAddress;

/** What a provider promises that is asked about many addresses at once. */
export function bulkCases(subject: VendorSubject, { bulk }: IpIntelligenceProvider): readonly ContractCase[] {
  if (bulk === undefined) return [];
  return [
    { promise: 'answers in bulk with one entry for each address', run: () => answersEach(subject) },
    { promise: 'puts the failure of one address of many in its place', run: () => keepsOrder(subject) },
    { promise: 'fails in bulk with ProviderErrors only', run: () => failsInBulk(subject) },
  ];
}

function answersEach(subject: VendorSubject): Promise<void> {
  return Bench.use(subject, async (bench) => {
    const { id, bulk } = bench.provider;
    assert.ok(Number.isInteger(bulk?.size) && (bulk?.size ?? 0) >= 1, `the size of a call is ${bulk?.size ?? 0}`);
    const all = [bench.ipv4, bench.ipv6, THIRD].slice(0, bulk?.size);
    for (const addresses of [all, all.slice(0, 1), []]) {
      const entries = entriesOf(await bench.bulk(addresses), id);
      assert.equal(entries.length, addresses.length, `${addresses.length} addresses have ${entries.length} entries`);
      const answers = entries.filter((entry) => !(entry instanceof Error));
      assert.ok(answers.length > 0 || addresses.length === 0, 'no address has an answer');
    }
  });
}

/** Makes the vendor's answer about one address an answer about another. */
async function keepsOrder(subject: VendorSubject): Promise<void> {
  const { ipv4, ipv6, provider } = new Bench(subject);
  const addresses = [ipv4, ipv6, THIRD].slice(0, provider.bulk?.size);
  for (const [place, { text }] of addresses.entries()) {
    const damage = withOtherAddress(text, OTHER_ADDRESS);
    let repeatsAddress = false;
    const swapped = replying((body, original) => {
      const damaged = damage(body, original);
      repeatsAddress ||= damaged !== JSON.stringify(body);
      return damaged;
    });
    await Bench.use(
      subject,
      async (bench) => {
        const entries = entriesOf(await bench.bulk(addresses), bench.provider.id);
        const failed = addresses.flatMap((_, index) => (entries[index] instanceof Error ? index : []));
        if (repeatsAddress) assert.deepEqual(failed, [place], `of ${addresses.length} the entry ${place} is to fail`);
      },
      swapped,
    );
  }
}

async function failsInBulk(subject: VendorSubject): Promise<void> {
  const replies = {
    'HTTP 500': replyingText('{}', 500),
    'a page': replyingText('<h1>Hi</h1>'),
    'a text': replyingText('7'),
  };
  for (const [name, reply] of Object.entries(replies)) {
    await Bench.use(
      subject,
      async (bench) => {
        const { id } = bench.provider;
        const outcome = await bench.bulk([bench.ipv4, bench.ipv6]);
        if ('error' in outcome) refusal(outcome, id, name);
        else for (const error of entriesOf(outcome, id)) refusal({ error }, id, name);
      },
      reply,
    );
  }
}

function entriesOf(outcome: Outcome, providerId: string): readonly unknown[] {
  if ('error' in outcome) assert.fail(`a good answer in bulk ends with ${shown(outcome.error)}`);
  const entries: unknown = outcome.answer;
  assert.ok(Array.isArray(entries), `the answer in bulk is no list but ${shown(entries)}`);
  for (const entry of entries as readonly unknown[]) {
    if (entry instanceof ProviderError) refusal({ error: entry }, providerId, 'an entry');
    else soundIntelligence(entry, providerId, 'an entry');
  }
  return entries as readonly unknown[];
}

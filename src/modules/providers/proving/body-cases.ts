import assert from 'node:assert/strict';
import { FACT_NAMES, knowsNothing } from '../ip-intelligence.js';
import { Bench } from './contract-bench.js';
import type { ContractCase, VendorSubject } from './contract-subject.js';
import type { Reply } from './contract-wire.js';
import {
  asPrototype,
  replying,
  replyingText,
  withHostileKeys,
  withNulls,
  withOtherAddress,
  WRONG_TYPES,
} from './damaged-answers.js';
import { EndlessBody } from './endless-body.js';
import { refusal, soundOrRefused } from './sound-answer.js';

/** Nobody asks about this one. */
export const OTHER_ADDRESS = '203.0.113.77';

/** Read by a provider that keeps to its cap of 256 KiB, and what the stream holds ready beyond it. */
const MOST_READ_BYTES = 320 * 1024;

/** What a vendor's provider promises about bodies that are not as documented. */
export function bodyCases(subject: VendorSubject): readonly ContractCase[] {
  return [
    { promise: 'states no fact where the vendor says null', run: () => leavesUnknown(subject) },
    { promise: 'reads no body beyond 256 KiB', run: () => stopsReading(subject) },
    { promise: 'takes HTML, broken JSON and an empty body for no answer', run: () => refusesNoJson(subject) },
    { promise: 'gives a sound answer or refuses when values are of other types', run: () => staysSound(subject) },
    { promise: 'reads nothing out of "__proto__"', run: () => readsNoPrototype(subject) },
    { promise: 'does not believe an answer about another address', run: () => checksAddress(subject) },
  ];
}

function leavesUnknown(subject: VendorSubject): Promise<void> {
  const { text } = new Bench(subject).ipv4;
  return Bench.use(
    subject,
    async (bench) => {
      const answer = soundOrRefused(await bench.lookup(), bench.provider.id, 'an answer full of null');
      const stated = FACT_NAMES.filter((name) => answer?.facts[name] !== undefined);
      assert.deepEqual(stated, [], 'facts are stated that the vendor does not know');
      assert.equal(answer?.score, undefined, 'a score is given that the vendor does not know');
    },
    replying(withNulls(text, subject.envelope ?? [])),
  );
}

async function stopsReading(subject: VendorSubject): Promise<void> {
  const bodies: EndlessBody[] = [];
  const flooding: Reply = async (_, good) => {
    const body = new EndlessBody(await (await good()).text());
    bodies.push(body);
    return body.response();
  };
  await Bench.use(
    subject,
    async (bench) => {
      const outcome = await bench.lookup();
      const read = Math.max(...bodies.map(({ sentBytes }) => sentBytes));
      assert.ok(read <= MOST_READ_BYTES, `${read} bytes of a body are read; no more than 262144 may be`);
      refusal(outcome, bench.provider.id, 'a body of megabytes');
    },
    flooding,
  );
}

async function refusesNoJson(subject: VendorSubject): Promise<void> {
  const page = '<!doctype html><title>Welcome</title><h1>It works!</h1>';
  const replies: Readonly<Record<string, Reply>> = {
    'a page': replyingText(page, 200, 'text/html'),
    'a page that calls itself JSON': replyingText(page),
    'an empty body': replyingText(''),
    'no JSON': replyingText('not JSON'),
    'half of the JSON': replying((_, text) => text.slice(0, text.length / 2)),
  };
  for (const [name, reply] of Object.entries(replies)) {
    await Bench.use(
      subject,
      async (bench) => {
        refusal(await bench.lookup(), bench.provider.id, name);
      },
      reply,
    );
  }
}

async function staysSound(subject: VendorSubject): Promise<void> {
  for (const [name, damage] of Object.entries(WRONG_TYPES)) {
    await Bench.use(
      subject,
      async (bench) => {
        soundOrRefused(await bench.lookup(), bench.provider.id, name);
      },
      replying(damage),
    );
  }
}

async function readsNoPrototype(subject: VendorSubject): Promise<void> {
  await Bench.use(
    subject,
    async (bench) => {
      const answer = soundOrRefused(await bench.lookup(), bench.provider.id, 'a good answer as "__proto__"');
      assert.ok(answer === undefined || knowsNothing(answer), 'what stands in "__proto__" is believed');
    },
    replying(asPrototype),
  );
  await Bench.use(
    subject,
    async (bench) => {
      soundOrRefused(await bench.lookup(), bench.provider.id, 'an answer with "__proto__" in it');
      const isPolluted = 'polluted' in {};
      delete (Object.prototype as { polluted?: unknown }).polluted;
      assert.ok(!isPolluted, '"__proto__" of the answer reaches every object of the process');
    },
    replying(withHostileKeys),
  );
}

function checksAddress(subject: VendorSubject): Promise<void> {
  const { text } = new Bench(subject).ipv4;
  const damage = withOtherAddress(text, OTHER_ADDRESS);
  let repeatsAddress = false;
  const swapped = replying((body, original) => {
    const damaged = damage(body, original);
    repeatsAddress ||= damaged !== JSON.stringify(body);
    return damaged;
  });
  return Bench.use(
    subject,
    async (bench) => {
      const answer = soundOrRefused(await bench.lookup(), bench.provider.id, 'an answer about another address');
      const isBelieved = repeatsAddress && answer !== undefined && !knowsNothing(answer);
      assert.ok(!isBelieved, `what the vendor says of ${OTHER_ADDRESS} is believed of ${text}`);
    },
    swapped,
  );
}

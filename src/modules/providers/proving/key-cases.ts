import { Bench, CONTRACT_KEY } from './contract-bench.js';
import type { ContractCase, VendorSubject } from './contract-subject.js';
import type { Reply, SentRequest } from './contract-wire.js';
import { assertKeyless } from './key-traces.js';

/** What a vendor's provider promises about its key. */
export function keyCases(subject: VendorSubject): readonly ContractCase[] {
  return [
    { promise: 'shows its key in no error', run: () => failsWithoutKey(subject) },
    { promise: 'shows its key neither in itself nor in its health report', run: () => isPrintedWithoutKey(subject) },
  ];
}

const echoing =
  (status: number, key: string): Reply =>
  () =>
    Response.json({ error: { message: `The key ${key} is not valid.` } }, { status });

/** Ways to fail that tempt a provider to say what it did. */
function failuresTelling(key: string): Readonly<Record<string, Reply>> {
  return {
    'an error of the network that names the request': (request) => {
      throw new TypeError(`fetch failed: ${request.url.href}`, { cause: { ...(request as SentRequest), key } });
    },
    'a refusal that repeats the key': echoing(401, key),
    'an error of the server that repeats the key': echoing(500, key),
    'an answer that repeats the key and is none': echoing(200, key),
    'broken JSON that repeats the key': () =>
      new Response(`{"key":"${key}`, { headers: { 'content-type': 'application/json' } }),
    'a redirect that repeats the key': (request) =>
      new Response(null, { status: 302, headers: { location: request.url.href } }),
  };
}

async function failsWithoutKey(subject: VendorSubject): Promise<void> {
  const { key = CONTRACT_KEY } = subject;
  for (const [name, reply] of Object.entries(failuresTelling(key))) {
    await Bench.use(
      subject,
      async (bench) => {
        const outcome = await bench.lookup();
        if ('error' in outcome) assertKeyless(outcome.error, key, `the error after ${name}`);
      },
      reply,
    );
  }
}

async function isPrintedWithoutKey(subject: VendorSubject): Promise<void> {
  const { key = CONTRACT_KEY } = subject;
  for (const reply of [undefined, echoing(401, key)]) {
    await Bench.use(
      subject,
      async (bench) => {
        const outcome = await bench.lookup();
        assertKeyless(bench.provider, key, 'the provider when it is printed');
        assertKeyless(bench.provider.health(), key, 'its health report');
        if ('answer' in outcome) assertKeyless(outcome.answer, key, 'its answer');
      },
      reply,
    );
  }
}

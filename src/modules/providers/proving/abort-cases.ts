import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Bench } from './contract-bench.js';
import type { ContractCase, VendorSubject } from './contract-subject.js';
import type { Reply } from './contract-wire.js';
import { replyingText } from './damaged-answers.js';
import { refusal } from './sound-answer.js';

/** What a vendor's provider promises to whoever stops waiting. */
export function abortCases(subject: VendorSubject): readonly ContractCase[] {
  return [
    { promise: 'ends with PROVIDER_TIMEOUT as soon as the signal aborts', run: () => endsOnAbort(subject) },
    { promise: 'asks nobody for a signal that has aborted', run: () => isQuietAfterAbort(subject) },
    { promise: 'leaves no listener on the signal', run: () => leavesNoListener(subject) },
  ];
}

const silent: Reply = () => new Promise(() => undefined);

/** Headers, and then a body that never ends; an abort breaks it off, as the runtime's does. */
const stalling: Reply = (_, __, signal) => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"'));
      const breakOff = (): void => {
        controller.error(signal?.reason);
      };
      signal?.addEventListener('abort', breakOff, { once: true });
    },
  });
  return new Response(body as never, { headers: { 'content-type': 'application/json' } });
};

async function endsOnAbort(subject: VendorSubject): Promise<void> {
  for (const [name, reply] of Object.entries({ 'before the answer': silent, 'amid the body': stalling })) {
    await Bench.use(
      subject,
      async (bench) => {
        const meanwhile = (): void => {
          bench.abort.abort();
        };
        const outcome = await bench.lookup(bench.ipv4, { meanwhile });
        refusal(outcome, bench.provider.id, `an abort ${name}`, ['PROVIDER_TIMEOUT']);
      },
      reply,
    );
  }
}

function isQuietAfterAbort(subject: VendorSubject): Promise<void> {
  return Bench.use(subject, async (bench) => {
    await bench.idle();
    const before = bench.wire.requests.length;
    bench.abort.abort();
    const outcome = await bench.lookup();
    assert.equal(bench.wire.requests.length, before, 'it asks although nobody waits');
    refusal(outcome, bench.provider.id, 'a signal that has aborted', ['PROVIDER_TIMEOUT']);
  });
}

async function leavesNoListener(subject: VendorSubject): Promise<void> {
  for (const [name, reply] of Object.entries({ 'a good answer': undefined, 'a failure': replyingText('{}', 500) })) {
    await Bench.use(
      subject,
      async (bench) => {
        await bench.lookup();
        assert.equal(getEventListeners(bench.abort.signal, 'abort').length, 0, `listeners stay after ${name}`);
      },
      reply,
    );
  }
}

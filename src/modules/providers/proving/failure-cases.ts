import assert from 'node:assert/strict';
import type { ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';
import { Bench } from './contract-bench.js';
import type { ContractCase, VendorSubject } from './contract-subject.js';
import type { Reply } from './contract-wire.js';
import { replyingText } from './damaged-answers.js';
import { refusal } from './sound-answer.js';

/** Milliseconds after the deadline in which a late attempt would begin. */
const AFTERMATH_MS = 10_000;

/** What a vendor's provider promises about calls that fail. */
export function failureCases(subject: VendorSubject): readonly ContractCase[] {
  const lost: Reply = () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
  };
  return [
    {
      promise: 'calls 401 and 403 PROVIDER_UNAUTHORIZED',
      run: () => callsStatus(subject, [401, 403], ['PROVIDER_UNAUTHORIZED']),
    },
    {
      promise: 'calls 429 PROVIDER_RATE_LIMITED or PROVIDER_QUOTA',
      run: () => callsStatus(subject, [429], ['PROVIDER_RATE_LIMITED', 'PROVIDER_QUOTA']),
    },
    {
      promise: 'calls 500 and 503 PROVIDER_UNREACHABLE',
      run: () => callsStatus(subject, [500, 503], ['PROVIDER_UNREACHABLE']),
    },
    {
      promise: 'calls a lost connection PROVIDER_UNREACHABLE',
      run: () => callsReply(subject, lost, 'a lost connection', ['PROVIDER_UNREACHABLE']),
    },
    { promise: 'tries nothing again after the deadline', run: () => keepsDeadline(subject) },
  ];
}

async function callsStatus(
  subject: VendorSubject,
  statuses: readonly number[],
  codes: readonly ProviderErrorCode[],
): Promise<void> {
  for (const status of statuses) {
    // A gateway in between answers with a page of its own.
    await callsReply(subject, replyingText('{}', status), `HTTP ${status}`, codes);
    await callsReply(subject, replyingText('<h1>Sorry</h1>', status, 'text/html'), `HTTP ${status} as a page`, codes);
  }
}

function callsReply(
  subject: VendorSubject,
  reply: Reply,
  name: string,
  codes: readonly ProviderErrorCode[],
): Promise<void> {
  return Bench.use(
    subject,
    async (bench) => {
      refusal(await bench.lookup(), bench.provider.id, name, codes);
    },
    reply,
  );
}

async function keepsDeadline(subject: VendorSubject): Promise<void> {
  let end = (): void => undefined;
  const failsAtDeadline: Reply = () => {
    end();
    return new Response('{}', { status: 500, headers: { 'content-type': 'application/json' } });
  };
  await Bench.use(
    subject,
    async (bench) => {
      const { clock, deadlineAt, wire, provider } = bench;
      end = () => {
        clock.advance(Math.max(0, deadlineAt - clock.now()));
      };
      const outcome = await bench.lookup(bench.ipv4, { until: deadlineAt + AFTERMATH_MS });
      const late = wire.requests.filter(({ at }) => at >= deadlineAt).length;
      assert.equal(late, 0, 'it asks when the answer is of no use any more');
      refusal(outcome, provider.id, 'a failure at the deadline');
    },
    failsAtDeadline,
  );
}

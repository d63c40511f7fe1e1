import { inspect } from 'node:util';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { outgoingAlert } from '../../../../test/support/alerts.js';
import { logChannel } from './log/log-channel.js';
import { novuChannel } from './novu/novu-channel.js';
import { webhookChannel } from './webhook/webhook-channel.js';
import type { AlertChannel } from './alert-channel.js';
import type { DeliveryOutcome } from '../../alerting/delivery-outcome.js';

const SECRET = 'canary-0123456789';
const URL_OF_WEBHOOK = 'https://hooks.example.com/canary-path?token=canary-token';

type Fetch = typeof globalThis.fetch;

/** The channels that speak HTTP, over a fetch of the test's. */
const OVER_HTTP: readonly (readonly [string, (fetch: Fetch) => AlertChannel])[] = [
  [
    'novu',
    (fetch) =>
      novuChannel({
        secretKey: SECRET,
        recipients: [{ kind: 'subscriber', id: 'soc' }],
        serverUrl: 'https://novu.example.com/canary-path',
        fetch,
        clock: new FakeClock(),
      }),
  ],
  ['webhook', (fetch) => webhookChannel({ url: URL_OF_WEBHOOK, secret: SECRET, fetch, clock: new FakeClock() })],
];

const HERE = new AbortController().signal;
const accepted = (): Response => Response.json({ data: { acknowledged: true, status: 'processed' } }, { status: 201 });
const answering =
  (status: number, headers: Record<string, string> = {}): Fetch =>
  () =>
    Promise.resolve(status >= 200 && status < 300 ? accepted() : Response.json({}, { status, headers }));

/** No outcome and no channel may show what is secret. */
function hidesSecrets(...shown: unknown[]): void {
  const text = shown.map((each) => inspect(each, { depth: 9, showHidden: true }) + JSON.stringify(each)).join('\n');
  expect(text).not.toMatch(/canary|https?:/);
}

describe.each(OVER_HTTP)('The channel %s', (name, over) => {
  async function deliver(fetch: Fetch, signal = HERE): Promise<DeliveryOutcome> {
    const channel = over(fetch);
    const outcome = await channel.deliver(outgoingAlert(), signal);
    hidesSecrets(channel, outcome);
    return outcome;
  }

  it('has its name and delivers, the same alert twice too', async () => {
    const channel = over(answering(201));
    expect(channel.name).toBe(name);
    for (let time = 1; time <= 2; time += 1) {
      expect(await channel.deliver(outgoingAlert(), HERE)).toEqual({ status: 'delivered' });
    }
  });

  it.each([401, 403, 404])('is refused until the settings change by a %i', async (status) => {
    expect(await deliver(answering(status))).toMatchObject({ status: 'refused', isMisconfigured: true });
  });

  it.each([400, 413, 415])('is refused by a %i', async (status) => {
    expect(await deliver(answering(status))).toMatchObject({ status: 'refused', isMisconfigured: false });
  });

  it.each([301, 302, 307, 408, 409, 425, 429, 500, 502, 503, 504, 599])('fails for now by a %i', async (status) => {
    expect((await deliver(answering(status, { location: 'https://example.com/canary' }))).status).toBe('failed');
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['86400', 3_600_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
  ])('waits as long as a Retry-After of "%s" says, and an hour at most', async (header, retryAfterMs) => {
    expect(await deliver(answering(429, { 'retry-after': header }))).toMatchObject({ status: 'failed', retryAfterMs });
  });

  it('fails where nobody can be reached, whatever was thrown', async () => {
    const thrown = [new TypeError(`fetch failed: ${URL_OF_WEBHOOK}`), SECRET, undefined];
    for (const error of thrown) {
      expect((await deliver(() => Promise.reject(error as Error))).status).toBe('failed');
    }
  });

  it('ends when its signal is aborted, also over a fetch that does not heed it, and before one is made', async () => {
    const abort = new AbortController();
    let asked = 0;
    const hanging: Fetch = () => {
      asked += 1;
      abort.abort();
      return new Promise(() => undefined);
    };
    expect(await deliver(hanging, abort.signal)).toEqual({
      status: 'failed',
      reason: expect.stringContaining('in time'),
    });
    expect(await deliver(hanging, abort.signal)).toMatchObject({ status: 'failed' });
    expect(asked).toBe(1);
  });

  it('follows no redirect and reads no endless answer', async () => {
    let init: RequestInit | undefined;
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    await deliver((_, given) => {
      init = given;
      return Promise.resolve(new Response(body as never, { status: 500 }));
    });
    expect(init?.redirect).toBe('manual');
    expect(sent).toBeLessThan(1_000_000);
  });
});

describe('The channel log', () => {
  const lines: string[] = [];
  const channel = logChannel({ write: (line) => void lines.push(line) });

  it('writes one line that names the alert and its decision, and neither the address nor the user', async () => {
    expect(await channel.deliver(outgoingAlert(), HERE)).toEqual({ status: 'delivered' });
    expect(lines).toEqual([
      'Alert a23456789012345678901234 (risk, high). High risk: 12 events. 3 more were kept back. ' +
        'https://risk.example.com/v1/decisions/d1',
    ]);
    expect(channel.name).toBe('log');
  });

  it('refuses what is for a user, and fails where the log does', async () => {
    const forUser = outgoingAlert({ audience: 'user' });
    expect(await channel.deliver(forUser, HERE)).toMatchObject({ status: 'refused', isMisconfigured: true });
    const full = logChannel({
      write: () => {
        throw new Error('ENOSPC');
      },
    });
    expect((await full.deliver(outgoingAlert(), HERE)).status).toBe('failed');
    expect((await channel.deliver(outgoingAlert(), AbortSignal.abort())).status).toBe('failed');
    expect(lines).toHaveLength(1);
  });
});

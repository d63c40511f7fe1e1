import { outgoingAlert } from '../../../../../test/support/alerts.js';
import { FakeClock } from '../../../../../test/support/fake-clock.js';
import { InvalidConfigurationError } from '../../../../common/errors/ip-risk.error.js';
import { webhookChannel } from './webhook-channel.js';
import { verifySignature } from './webhook-signature.js';

const SECRET = 'not-a-secret-0123';
const NOW = Date.parse('2026-01-01T00:00:00Z');

async function sent(): Promise<RequestInit & { url: string; headers: Record<string, string>; body: string }> {
  let seen: unknown;
  const fetch = (url: unknown, init?: RequestInit): Promise<Response> => {
    seen = { url, ...init };
    return Promise.resolve(new Response(null, { status: 204 }));
  };
  const url = 'https://hooks.example.com/alerts';
  const channel = webhookChannel({ url, secret: SECRET, fetch, clock: new FakeClock(NOW) });
  await channel.deliver(outgoingAlert(), new AbortController().signal);
  return seen as Awaited<ReturnType<typeof sent>>;
}

describe('webhookChannel', () => {
  it('posts the payload, named and signed', async () => {
    const alert = outgoingAlert();
    const { url, method, headers, body } = await sent();
    expect([url, method, JSON.parse(body)]).toEqual(['https://hooks.example.com/alerts', 'POST', alert.payload]);
    expect(headers).toMatchObject({
      'Content-Type': 'application/json',
      'Idempotency-Key': alert.idempotencyKey,
      'X-IP-Risk-Alert': alert.id,
    });
    expect(verifySignature(SECRET, headers['X-IP-Risk-Signature'], body, NOW)).toBe(true);
    expect(verifySignature(SECRET, headers['X-IP-Risk-Signature'], Buffer.from(body), NOW)).toBe(true);
  });

  it.each([
    ['ftp://example.com', SECRET],
    ['https://user:word@example.com', SECRET],
    ['nothing', SECRET],
    ['https://example.com', 'short'],
  ])('refuses the URL %s with the secret %s', (url, secret) => {
    expect(() => webhookChannel({ url, secret })).toThrow(InvalidConfigurationError);
  });
});

describe('verifySignature', () => {
  // Of RFC-style known answers made with another program: printf '1767225600.{}' | openssl dgst -sha256 -hmac SECRET.
  const HEADER = 't=1767225600,v1=110956f92da906e30f739308672a0822004e06e95507513e007c31a7204c846c';

  it('takes what was signed elsewhere, for five minutes either way', () => {
    for (const seconds of [-300, 0, 300]) {
      expect(verifySignature(SECRET, HEADER, '{}', NOW + seconds * 1000)).toBe(true);
    }
    for (const seconds of [-301, 301, NaN]) {
      expect(verifySignature(SECRET, HEADER, '{}', NOW + seconds * 1000)).toBe(false);
    }
  });

  it.each<[string, string, unknown, string]>([
    ['another secret', 'not-a-secret-0124', HEADER, '{}'],
    ['no secret', '', HEADER, '{}'],
    ['another body', SECRET, HEADER, '{ }'],
    ['another time', SECRET, HEADER.replace('600', '601'), '{}'],
    ['another signature', SECRET, HEADER.replace(/.$/, (last) => (last === '0' ? '1' : '0')), '{}'],
    ['a signature cut short', SECRET, HEADER.slice(0, -2), '{}'],
    ['two headers', SECRET, [HEADER, HEADER], '{}'],
    ['no header', SECRET, undefined, '{}'],
    ['an empty header', SECRET, '', '{}'],
  ])('refuses %s', (_, secret, header, body) => {
    expect(verifySignature(secret, header, body, NOW)).toBe(false);
  });
});

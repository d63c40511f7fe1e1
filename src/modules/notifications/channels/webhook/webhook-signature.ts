import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that carries the signature. */
export const SIGNATURE_HEADER = 'X-IP-Risk-Signature';

const FORMAT = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

/** `t=SECONDS,v1=HEX`: HMAC-SHA-256 of the time, a dot and the body. @param now milliseconds since 1970. */
export function signatureOf(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${hmac(secret, String(seconds), body).toString('hex')}`;
}

/**
 * For receivers: whether the body was sent by who has the secret, and lately.
 *
 * @param header of {@link SIGNATURE_HEADER}.
 * @param body as it came, before anything parsed it.
 * @param now milliseconds since 1970.
 * @param toleranceSeconds how old, or how far ahead, a signature may be. @default 300
 *
 * @example
 * const isGenuine = verifySignature(secret, request.headers['x-ip-risk-signature'], rawBody, Date.now());
 */
export function verifySignature(
  secret: string,
  header: unknown,
  body: string | Uint8Array,
  now: number,
  toleranceSeconds = 300,
): boolean {
  const [, seconds, hex] = (typeof header === 'string' && FORMAT.exec(header)) || [];
  if (seconds === undefined || hex === undefined || secret === '') return false;
  // Negated, so that a time which is no number is not within it.
  if (!(Math.abs(now / 1000 - Number(seconds)) <= toleranceSeconds)) return false;
  return timingSafeEqual(hmac(secret, seconds, body), Buffer.from(hex, 'hex'));
}

function hmac(secret: string, seconds: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
}

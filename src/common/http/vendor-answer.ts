import type { ProviderErrorCode } from '../errors/ip-risk.error.js';

/** What came back over HTTP, before anybody judged it. */
export interface VendorAnswer {
  readonly status: number;
  /** `undefined` when the body is no JSON. */
  readonly body: unknown;
  /** The header's text; `undefined` when it is not there. */
  readonly header: (name: string) => string | undefined;
}

/** Why an answer is none. */
export interface VendorFailure {
  readonly code: ProviderErrorCode;
  /** Milliseconds after which the vendor may be asked again, where it says. */
  readonly retryAfterMs?: number | undefined;
}

/** The vendor's own way to say that it failed; `undefined` leaves it to the HTTP status. */
export type FailureReader = (answer: VendorAnswer) => VendorFailure | undefined;

const CODES: Readonly<Record<number, ProviderErrorCode>> = {
  400: 'PROVIDER_BAD_INPUT',
  401: 'PROVIDER_UNAUTHORIZED',
  402: 'PROVIDER_QUOTA',
  403: 'PROVIDER_UNAUTHORIZED',
  408: 'PROVIDER_TIMEOUT',
  422: 'PROVIDER_BAD_INPUT',
  423: 'PROVIDER_BAD_INPUT',
  429: 'PROVIDER_RATE_LIMITED',
};

/** What the HTTP status alone says. Anything but 200-299 is a failure, a redirect included. */
export function failureOfStatus(answer: VendorAnswer): VendorFailure | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status >= 500) return { code: 'PROVIDER_UNREACHABLE', retryAfterMs: retryAfterOf(answer) };
  // In words of its own the vendor says that it does not know the address; a page of HTML says that the URL is wrong.
  if (status === 404 && answer.body !== undefined) return { code: 'PROVIDER_BAD_INPUT' };
  return { code: CODES[status] ?? 'PROVIDER_BAD_RESPONSE', retryAfterMs: retryAfterOf(answer) };
}

/** `Retry-After` in seconds, as milliseconds. Dates are not read: they would need the vendor's clock. */
export function retryAfterOf({ header }: VendorAnswer): number | undefined {
  return secondsIn(header('retry-after'));
}

/** Whole seconds of a header as milliseconds. */
export function secondsIn(text: string | undefined): number | undefined {
  const number = wholeNumberIn(text);
  return number === undefined ? undefined : number * 1000;
}

/** A whole number of a header. */
export function wholeNumberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

import type { IncomingHttpHeaders } from 'node:http';

export const VENDOR_NAMES = [
  'ipstack',
  'beltic',
  'ipgeolocation',
  'apiverve',
  'abuseipdb',
  'ipqualityscore',
  'novu',
] as const;

export type VendorName = (typeof VENDOR_NAMES)[number];

/** A request as a vendor sees it: the path starts behind the vendor's prefix. */
export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Empty when {@link isTooLarge}. */
  readonly body: string;
  /** The body is longer than the sandbox reads (`LONGEST_BODY`). */
  readonly isTooLarge: boolean;
}

/** Text is sent as HTML, anything else as JSON. */
export interface VendorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One vendor's wire. Made anew on every reset, so that what it counts starts at nought. */
export interface Vendor {
  answer(request: VendorRequest): VendorAnswer;
  /** The key as sent; `undefined` when there is none. */
  keyOf(request: VendorRequest): string | undefined;
  /** The addresses asked about, as sent. */
  addressesOf(request: VendorRequest): readonly string[];
  /** The path for the call log, with any key in it hidden. */
  pathOf(request: VendorRequest): string;
  /** What the vendor says when the plan's quota is used up. */
  quotaSpent(): VendorAnswer;
  /** What the vendor says to a burst. */
  rateLimited(retryAfterSeconds: number): VendorAnswer;
  /** An error in the vendor's own form. */
  failure(status: number, message: string): VendorAnswer;
  /** What the fault `status` comes to at a vendor that keeps its failures. */
  kept?(request: VendorRequest, failed: VendorAnswer): VendorAnswer;
}

export function isVendorName(text: string): text is VendorName {
  return VENDOR_NAMES.some((name) => name === text);
}

export function answerOf(body: unknown, headers: Readonly<Record<string, string>> = {}): VendorAnswer {
  return { status: 200, headers, body };
}

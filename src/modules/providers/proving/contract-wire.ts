import type { Clock } from '../../../common/clock/clock.js';
import type { WireRequest } from './contract-subject.js';

export interface SentRequest extends WireRequest {
  /** Clock milliseconds. */
  readonly at: number;
}

/** Answers a request. `good` is what the vendor would say; `signal` is the request's own. */
export type Reply = (
  request: WireRequest,
  good: () => Promise<Response>,
  signal: AbortSignal | undefined,
) => Response | Promise<Response>;

const MOST_HOPS = 5;

/** A network with one vendor behind it. Its `fetch` behaves as the runtime's does and leaves nothing on a signal. */
export class ContractWire {
  readonly requests: SentRequest[] = [];
  private inFlight = 0;

  constructor(
    private readonly clock: Clock,
    private readonly answer: (request: WireRequest) => unknown,
    private readonly reply: Reply,
  ) {}

  /** True when the provider waits for no answer. */
  get isIdle(): boolean {
    return this.inFlight === 0;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    this.inFlight += 1;
    try {
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      // A Request that knows the signal would leave a listener on it until it is collected.
      const request = new Request(input, { ...init, signal: null });
      return await this.exchange(request, signal, 0);
    } finally {
      this.inFlight -= 1;
    }
  };

  private async exchange(request: Request, signal: AbortSignal | undefined, hops: number): Promise<Response> {
    // Before the body is read: of requests sent together, none may seem later than the first one's answer.
    const at = this.clock.now();
    const sent: SentRequest = {
      method: request.method,
      url: new URL(request.url),
      headers: new Headers(request.headers),
      body: await request.text(),
      at,
    };
    this.requests.push(sent);
    const response = await unlessAborted((async () => this.reply(sent, () => this.goodAnswer(sent), signal))(), signal);
    const target = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || target === null) return response;
    if (request.redirect === 'manual') return response;
    if (request.redirect === 'error' || hops === MOST_HOPS) throw new TypeError('fetch failed');
    return this.exchange(new Request(new URL(target, request.url), { headers: request.headers }), signal, hops + 1);
  }

  private async goodAnswer(request: WireRequest): Promise<Response> {
    const answer = await this.answer(request);
    // A copy: the same response may be handed out again.
    return answer instanceof Response ? answer.clone() : Response.json(answer);
  }
}

/** As `fetch` does: an abort ends the call, whatever the vendor is doing. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(signal.reason as Error);
    };
  });
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

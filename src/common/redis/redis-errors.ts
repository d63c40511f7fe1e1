/** Redis did not do what it was asked within the deadline, or is known to be away. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
}

/** Redis serves, and says no to this command: a foreign value under the key, an unknown script, a wrong argument. */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';

  /** @param code the first word of its answer, such as `WRONGTYPE`; the rest may hold what is under the key. */
  constructor(readonly code: string) {
    super(`Redis refused the command (${code}).`);
  }
}

/**
 * What a failure of the client means:
 *
 * - `away`: nothing is served
 * - `lost`: a connection is gone, or of a cluster's connections one
 * - `refused`: this command is not served, while others are: a write to a full server
 * - `reply`: a fault of the command
 * - `foreign`: no failure of Redis
 */
export interface RedisFailure {
  readonly kind: 'away' | 'lost' | 'refused' | 'reply' | 'foreign';
  /** One word for people: of the reply, of the system, or what became of the connection. */
  readonly code: string;
}

const AWAY = new Set(['LOADING', 'NOAUTH', 'WRONGPASS', 'MASTERDOWN', 'BUSY']);
const REFUSED = new Set([
  'READONLY',
  'OOM',
  'MISCONF',
  'NOREPLICAS',
  'NOPERM',
  'TRYAGAIN',
  'CLUSTERDOWN',
  'MOVED',
  'ASK',
]);
/** What the client calls the failures that are not replies. Anything else was thrown by the caller's own work. */
const CLIENT_ERRORS = new Set([
  'Error',
  'AggregateError',
  'AbortError',
  'ClusterAllFailedError',
  'MaxRetriesPerRequestError',
  'ParserError',
  'RedisError',
]);
const LOST = 'DISCONNECTED';

export function failureIn(error: unknown): RedisFailure {
  if (!(error instanceof Error)) return { kind: 'foreign', code: LOST };
  if (error.name !== 'ReplyError') {
    return { kind: CLIENT_ERRORS.has(error.name) ? 'lost' : 'foreign', code: connectionCode(error) };
  }
  const { code, message } = firstOf(error);
  if (AWAY.has(code) || message.startsWith('CLUSTERDOWN The cluster is down')) return { kind: 'away', code };
  return { kind: REFUSED.has(code) ? 'refused' : 'reply', code };
}

/** A transaction that Redis gave up says so; why is in what it answered before. */
function firstOf(error: Error & { readonly previousErrors?: readonly Error[] }): { code: string; message: string } {
  const { message } = error.previousErrors?.[0] ?? error;
  return { code: /^[A-Z]{2,20}(?= |$)/.exec(message)?.[0] ?? 'ERR', message };
}

/** The one word for an outage; a message of the client's may hold addresses, and its error the password. */
export function connectionCode(error: Error & { readonly code?: unknown; readonly lastNodeError?: unknown }): string {
  if (error.name === 'ReplyError') return firstOf(error).code;
  if (error.lastNodeError instanceof Error) return connectionCode(error.lastNodeError);
  if (error.message.startsWith('Socket timeout')) return 'TIMEOUT';
  return typeof error.code === 'string' && /^[A-Z_]{2,40}$/.test(error.code) ? error.code : LOST;
}

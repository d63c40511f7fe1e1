import { StorageError } from '../../common/errors/ip-risk.error.js';

const SQL_STATE = /^[0-9A-Z]{5}$/;
/** What the system calls a failure of the connection, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
const SYSTEM_CODE = /^[A-Z][A-Z0-9_]{2,48}$/;
/** Classes and codes of SQLSTATE that are about the server and not about the statement. */
const AWAY = /^(?:08|28|53|58|57P|3D000|25006|XX001|XX002)/;
/** The server answers, and gave this statement up for the time it took. */
const TOO_SLOW = new Set(['57014', '55P03']);
const LOST = 'DISCONNECTED';

/** A failure, and what it says of the server. */
export interface StorageFailure {
  readonly error: StorageError;
  /** Whether the server answered at all. */
  readonly isAnswer: boolean;
  /** One word for reports: of SQLSTATE, of the system, or what became of the connection. */
  readonly code: string;
}

/**
 * What a failure of the client means. Its message and its details are left out, since Postgres writes values into them,
 * and the client an address.
 */
export function failureOf(thrown: unknown, whatToCheck: string): StorageFailure {
  const state = stateIn(thrown);
  if (state !== undefined && !AWAY.test(state)) {
    const isLate = TOO_SLOW.has(state);
    const message = isLate
      ? `The database gave the statement up after the time it may take (SQLSTATE ${state}); try again.`
      : `The database refused the statement (SQLSTATE ${state}).`;
    const error = new StorageError(isLate ? 'STORAGE_UNAVAILABLE' : 'STORAGE_FAILED', message, {
      cause: new SqlStateError(state, thrown),
    });
    return { error, isAnswer: true, code: state };
  }
  const code = state ?? connectionCode(thrown);
  const message = `The database cannot be used now (${code}); try again, or check ${whatToCheck}.`;
  const options = state === undefined ? undefined : { cause: new SqlStateError(state, thrown) };
  return { error: new StorageError('STORAGE_UNAVAILABLE', message, options), isAnswer: false, code };
}

/** The code in which Postgres says what is wrong, such as `23505`; `undefined` where it did not say. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof StorageError && error.cause instanceof SqlStateError ? error.cause.sqlState : undefined;
}

/** The part of an answer of Postgres that holds no value: its code, and the names of the schema's own things. */
class SqlStateError extends Error {
  override readonly name = 'SqlStateError';

  constructor(
    readonly sqlState: string,
    answer: unknown,
  ) {
    const { table, column, constraint, routine } = answer as Record<string, unknown>;
    const named = Object.entries({ table, column, constraint, routine }).filter(
      ([, value]) => typeof value === 'string',
    );
    super([`SQLSTATE ${sqlState}`, ...named.map(([what, name]) => `${what} ${String(name)}`)].join(', '));
    // The place where the client read the answer tells nobody anything.
    delete this.stack;
  }
}

function stateIn(thrown: unknown): string | undefined {
  // Only an answer of the server has a severity: EPIPE has five letters too.
  if (!(thrown instanceof Error) || !('severity' in thrown) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' && SQL_STATE.test(thrown.code) ? thrown.code : undefined;
}

function connectionCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return LOST;
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return connectionCode(thrown.errors[0]);
  if ('code' in thrown && typeof thrown.code === 'string' && SYSTEM_CODE.test(thrown.code)) return thrown.code;
  return /time(?:d )?out/i.test(thrown.message) ? 'ETIMEDOUT' : LOST;
}

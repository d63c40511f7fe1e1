import type { Clock } from '../../common/clock/clock.js';
import { IpRiskError } from '../../common/errors/ip-risk.error.js';
import type { DatabaseReport, DatabaseStatus } from './database.js';
import { failureOf } from './storage-failure.js';

/** So many lines in this time: that it went, and that it came back. */
const MOST_LINES = 2;
const QUIET_MS = 10_000;

/** What became of the last thing that the database was asked. */
export class DatabaseAvailability {
  #status: DatabaseStatus = 'closed';
  #downSince: number | undefined;
  #reason: string | undefined;
  #toldAt = 0;
  #told = 0;

  constructor(
    private readonly kind: DatabaseReport['kind'],
    private readonly whatToCheck: string,
    private readonly clock: Clock,
    private readonly warn: (message: string) => void,
  ) {}

  report(): DatabaseReport {
    return { kind: this.kind, status: this.#status, downSince: this.#downSince, reason: this.#reason };
  }

  opens(): void {
    if (this.#status === 'closed') this.#become('opening');
  }

  closes(): void {
    this.#become('closed');
  }

  /** Passes the answer on, and takes note of it. @throws StorageError | InvalidConfigurationError */
  async noted<T>(answer: Promise<T>): Promise<T> {
    try {
      const result = await answer;
      this.#become('up');
      return result;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(thrown: unknown): IpRiskError {
    if (thrown instanceof IpRiskError) {
      this.#isDown(thrown.code, thrown);
      return thrown;
    }
    const { error, isAnswer, code } = failureOf(thrown, this.whatToCheck);
    if (isAnswer) this.#become('up');
    else this.#isDown(code, error);
    return error;
  }

  #isDown(reason: string, { message }: Error): void {
    if (this.#status !== 'down') {
      this.#downSince = this.clock.now();
      this.#tell(message);
    }
    this.#status = 'down';
    this.#reason = reason;
  }

  /** While one connection answers and the next does not, one line says as much as a hundred. */
  #tell(message: string): void {
    const now = this.clock.now();
    const isAhead = now - this.#toldAt;
    if (this.#told >= MOST_LINES && isAhead >= 0 && isAhead < QUIET_MS) return;
    this.#told = isAhead >= 0 && isAhead < QUIET_MS ? this.#told + 1 : 1;
    if (this.#told === 1) this.#toldAt = now;
    this.warn(message);
  }

  #become(status: DatabaseStatus): void {
    if (this.#status === 'down' && status === 'up') this.#tell('The database answers again.');
    this.#status = status;
    this.#downSince = undefined;
    this.#reason = undefined;
  }
}

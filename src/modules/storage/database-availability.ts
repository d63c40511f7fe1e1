import type { Clock } from '../../common/clock/clock.js';
import { IpRiskError } from '../../common/errors/ip-risk.error.js';
import type { DatabaseReport, DatabaseStatus } from './database.js';
import { failureOf } from './storage-failure.js';

/** What became of the last thing that the database was asked. */
export class DatabaseAvailability {
  #status: DatabaseStatus = 'closed';
  #downSince: number | undefined;
  #reason: string | undefined;

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
      this.warn(message);
    }
    this.#status = 'down';
    this.#reason = reason;
  }

  #become(status: DatabaseStatus): void {
    if (this.#status === 'down' && status === 'up') this.warn('The database answers again.');
    this.#status = status;
    this.#downSince = undefined;
    this.#reason = undefined;
  }
}

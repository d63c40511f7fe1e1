import { Socket } from 'node:net';

// As the base class has it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Listener = (...values: any[]) => void;

/**
 * A socket that closes where its reader throws. The client of Postgres throws for bytes that are no answer of a server,
 * inside the event, where nobody could catch it and the process would end.
 */
export class GuardedSocket extends Socket {
  override on(event: string | symbol, listener: Listener): this {
    return super.on(event as string, event === 'data' ? this.guarded(listener) : listener);
  }

  private guarded(listener: Listener): Listener {
    return (...values) => {
      try {
        listener(...(values as unknown[]));
      } catch (error) {
        this.destroy(error instanceof Error ? error : new Error('The answer cannot be read.'));
      }
    };
  }
}

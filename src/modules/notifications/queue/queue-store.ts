import {
  getDefaultBackendFactory,
  setDefaultBackendFactory,
  type BackendFactory,
  type ConnectionOptions,
  type IQueueBackend,
} from 'bullmq';

/** Where BullMQ keeps the jobs. It is given to BullMQ as its `connection`. */
export abstract class QueueStore {
  /** False where jobs cannot be added now. */
  abstract readonly isReachable: boolean;

  /** What BullMQ asks for each queue and each worker. */
  abstract readonly createBackend: (...options: Parameters<BackendFactory>) => IQueueBackend;

  /** Ends all connections at once, whatever they are at: BullMQ waits for a server that is silent. */
  abstract disconnect(): void;

  /** As the type that BullMQ's options have, which knows its own kinds of connections only. */
  get connection(): ConnectionOptions {
    return this;
  }
}

let taught: BackendFactory | undefined;

/** `@nestjs/bullmq` cannot hand a factory to its workers, so the default one has to know our stores; others are as before. */
export function teachQueueStores(): void {
  const usual = getDefaultBackendFactory();
  if (usual === taught) return;
  taught = (name, options, roles) => {
    const connection: unknown = options.connection;
    return connection instanceof QueueStore
      ? connection.createBackend(name, options, roles)
      : usual(name, options, roles);
  };
  setDefaultBackendFactory(taught);
}

export type RedisFault = 'pass' | 'hang' | 'garbage' | 'reset' | 'slow' | 'loading' | 'readonly' | 'oom' | 'noauth';

export declare const MODES: readonly RedisFault[];

/** Stands in front of a real Redis and plays what can go wrong with one; see the `.mjs` beside. */
export declare class FaultyRedis {
  static start(
    target: { readonly port: number; readonly host?: string; readonly password?: string },
    port?: number,
  ): Promise<FaultyRedis>;
  readonly port: number;
  readonly url: string;
  readonly mode: RedisFault;
  readonly connections: number;
  set(mode: RedisFault, slowMs?: number): void;
  dropConnections(): void;
  close(): Promise<void>;
}

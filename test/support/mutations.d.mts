/** Runs one Redis command. */
export type RedisCall = (command: string, ...args: (string | number | Buffer)[]) => Promise<unknown>;

export interface Mutation {
  /** What is wrong with the value, such as `truncated`; one of {@link MUTATION_KINDS}. */
  readonly kind: string;
  /** Puts the damaged value under the key, in the place of what is there. */
  readonly apply: (call: RedisCall, key: string) => Promise<void>;
}

export const MUTATION_KINDS: readonly string[];

/**
 * One way to damage a cached value; the same for the same arguments.
 *
 * @param seed a whole number.
 * @param text the sound value.
 * @param others sound values of other keys, versions or secrets; at least one, none of them equal to `text`.
 * @param close seals data of a wrong form as if it were sound. @default it is written without a seal
 */
export function mutate(
  seed: number,
  text: string,
  others: readonly string[],
  close?: (data: unknown) => string,
): Mutation;

/** A value now, or a promise of it: what is known already is answered without leaving the call. */
export type MaybePromise<T> = T | Promise<T>;

/** Applies `next` to the value, at once where it is there already. */
export function whenReady<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

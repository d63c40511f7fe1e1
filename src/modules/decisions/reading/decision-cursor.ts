/** Where a page of decisions ended. */
export interface DecisionCursor {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
}

const WRITTEN = /^(\d{1,15})\.([a-z][a-z0-9]{23})$/;

/** Opaque to whoever pages: it is only given back. */
export function writeDecisionCursor({ at, id }: DecisionCursor): string {
  return Buffer.from(`${at}.${id}`).toString('base64url');
}

/** `undefined` for anything that {@link writeDecisionCursor} did not write. */
export function readDecisionCursor(text: string): DecisionCursor | undefined {
  const [, at, id] = WRITTEN.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  return at === undefined || id === undefined ? undefined : { at: Number(at), id };
}

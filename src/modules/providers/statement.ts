import type { Fact } from './ip-intelligence.js';

/** How sure a "no" without a figure is: not being on a list is weaker evidence than being on it. */
const CONFIDENCE_OF_NO = 0.5;

export interface StatementDetails {
  /** 0-1; what is no number or outside counts as not given. @default 1 for yes, 0.5 for no */
  readonly confidence?: number | undefined;
  /** ISO 8601 day. */
  readonly lastSeen?: string | undefined;
}

/** A vendor's flag as a fact: unknown stays unknown, and a confidence given for "no" is not one. */
export function statement(
  value: boolean | undefined,
  evidence: string,
  { confidence, lastSeen }: StatementDetails = {},
): Fact | undefined {
  if (value === undefined) return undefined;
  if (!value) return { value, confidence: CONFIDENCE_OF_NO, evidence, lastSeen: undefined };
  const isGiven = confidence !== undefined && confidence >= 0 && confidence <= 1;
  return { value, confidence: isGiven ? confidence : 1, evidence, lastSeen };
}

import type { LookupContext } from '../../src/modules/providers/ip-intelligence-provider.js';

/** A lookup that nobody hurries. */
export function lookupContext(more: Partial<LookupContext> = {}): LookupContext {
  return { signal: new AbortController().signal, deadlineAt: Infinity, onQuota: () => undefined, ...more };
}

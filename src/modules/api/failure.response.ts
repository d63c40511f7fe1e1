import type { ProviderFailure } from '../providers/protection/provider-result.js';

/** A failure in snake_case JSON. */
export function toFailureResponse({ providerId, code, refused }: ProviderFailure): Record<string, unknown> {
  return { provider: providerId, code, refused: refused === true };
}

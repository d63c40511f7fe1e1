import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { configurationOf } from '../providers/vendor.js';
import { SHARED_OUTCOME_FORM } from './shared-outcome.js';

/**
 * Twelve hexadecimal digits that change with everything that makes other answers out of the same address: this package's
 * version, since mappers change with it, the strategy, and the providers with their settings. Policies, scorecards and
 * combiners are not in it: what is shared is made into a score by whoever reads it.
 */
export function cacheVersion({ providers, strategy, quorum }: ProviderLookup): string {
  const members = providers.map((provider) => [
    provider.id,
    provider.kind,
    provider.source ?? '',
    configurationOf(provider),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([SHARED_OUTCOME_FORM, packageVersion(), strategy, quorum, members]))
    .digest('hex')
    .slice(0, 12);
}

function packageVersion(): unknown {
  const text = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: unknown }).version;
}

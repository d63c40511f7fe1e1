import { StorageError } from '../../common/errors/ip-risk.error.js';
import type { Database } from './database.js';

const refuse = (): Promise<never> =>
  Promise.reject(
    new StorageError(
      'STORAGE_UNAVAILABLE',
      'No database is configured; set `database` of IpRiskModule.forRoot, or DATABASE_URL of the service.',
    ),
  );

/** Stands where no database is configured: whoever needs one is told so, and nobody needs one at start. */
export const NO_DATABASE: Database = {
  schema: 'ip_risk',
  open: refuse,
  query: refuse,
  transaction: refuse,
  report: () => ({ kind: 'none', status: 'closed', downSince: undefined, reason: undefined }),
  close: () => Promise.resolve(),
};

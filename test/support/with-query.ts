import type { Database } from '../../src/modules/storage/database.js';

/** The same database, which does something else with some statements. */
export function withQuery(database: Database, query: Database['query']): Database {
  return {
    schema: database.schema,
    open: () => database.open(),
    transaction: (work) => database.transaction(work),
    report: () => database.report(),
    close: () => database.close(),
    query,
  };
}

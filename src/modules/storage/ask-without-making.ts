import type { Database, DatabaseSession, QueryResult } from './database.js';

/** What every statement finds in a database that is empty. */
const nothing = <Row>(): Promise<QueryResult<Row>> => Promise.resolve({ rows: [], rowCount: 0 });
const EMPTY: DatabaseSession = { query: nothing };

/**
 * The same database for those who only ask, or end what others began: their statements do not open an embedded one that
 * nobody has opened, which would create it, and find what there is in it, nothing. Where there is one already, it is opened
 * with the application.
 */
export function askWithoutMaking(database: Database): Database {
  const isUnmade = (): boolean => {
    const { kind, status } = database.report();
    return kind === 'embedded' && status === 'closed';
  };
  return {
    schema: database.schema,
    open: () => database.open(),
    query: (text, values) => (isUnmade() ? nothing() : database.query(text, values)),
    transaction: (work) => (isUnmade() ? work(EMPTY) : database.transaction(work)),
    report: () => database.report(),
    close: () => database.close(),
  };
}

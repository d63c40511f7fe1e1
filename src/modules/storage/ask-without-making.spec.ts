import { askWithoutMaking } from './ask-without-making.js';
import type { Database, DatabaseReport } from './database.js';

const answer = { rows: [{ n: 1 }], rowCount: 1 };

function databaseThatIs(report: Pick<DatabaseReport, 'kind' | 'status'>): Database {
  return {
    schema: 'of_tests',
    open: () => Promise.resolve(),
    query: (() => Promise.resolve(answer)) as Database['query'],
    transaction: (work) => work({ query: () => Promise.reject(new Error('asked within a transaction')) }),
    report: () => ({ downSince: undefined, reason: undefined, ...report }),
    close: () => Promise.resolve(),
  };
}

describe('askWithoutMaking', () => {
  it('finds nothing in an embedded database that nobody has opened, and does not ask it', async () => {
    const database = askWithoutMaking(databaseThatIs({ kind: 'embedded', status: 'closed' }));
    const empty = { rows: [], rowCount: 0 };
    expect(await database.query('select 1')).toEqual(empty);
    expect(await database.transaction((session) => session.query('select 1'))).toEqual(empty);
  });

  it.each([
    ['embedded', 'opening'],
    ['embedded', 'up'],
    ['embedded', 'down'],
    ['postgres', 'closed'],
    ['none', 'closed'],
  ] as const)('asks one that is %s and %s', async (kind, status) => {
    const database = askWithoutMaking(databaseThatIs({ kind, status }));
    expect(await database.query('select 1')).toEqual(answer);
    await expect(database.transaction((session) => session.query('select 1'))).rejects.toThrow('within a transaction');
  });
});

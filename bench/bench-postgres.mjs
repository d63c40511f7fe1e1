// A schema of the bench's own on the Postgres that there is.
import pg from 'pg';

const USUAL_URL = 'postgres://postgres@127.0.0.1:5432/test';

/** @returns where it is, and what removes it again; `undefined`, and a line that says so, where there is no Postgres. */
export async function postgresSchema(part) {
  const url = process.env.TEST_DATABASE_URL ?? USUAL_URL;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
  } catch {
    console.log(`${part}: left out on Postgres, because none answers (TEST_DATABASE_URL says where it is).`);
    return undefined;
  }
  const schema = `bench_${process.pid}`;
  const drop = async () => {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.end();
  };
  return { url, schema, drop };
}

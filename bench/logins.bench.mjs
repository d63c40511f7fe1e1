// Users' logins: recorded in a database, as part of a guarded request, and the start of the embedded database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresSchema } from './bench-postgres.mjs';
import { benchEmbeddedStart } from './embedded-start.mjs';
import { benchInlineTravel } from './inline-travel.mjs';
import { benchRecording } from './recorded-logins.mjs';

export async function benchLogins() {
  const postgres = await postgresSchema('logins');
  if (postgres !== undefined) {
    const { url, schema } = postgres;
    try {
      await benchRecording({ url, schema });
      await benchInlineTravel('Postgres', { url, schema });
      await benchInlineTravel('Postgres', { url, schema }, 'success');
    } finally {
      await postgres.drop();
    }
  }
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-bench-inline-'));
  try {
    await benchInlineTravel('embedded', { directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  await benchEmbeddedStart();
}

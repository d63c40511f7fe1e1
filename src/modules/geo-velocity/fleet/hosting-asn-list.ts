import { InvalidDatasetError } from '../../../common/errors/ip-risk.error.js';
import type { Database } from '../../storage/database.js';

const CHUNK = 5000;
const LAST_ASN = 0xff_ff_ff_ff;

export interface ReplacedAsns {
  readonly listed: number;
  readonly added: number;
  readonly removed: number;
}

interface ChangedRow {
  readonly added: number;
  readonly removed: number;
}

/**
 * `$1` after which and `$2` up to which number this part of the list speaks, `$3` the numbers themselves. What is listed
 * already is not written again, so that a daily list of the same numbers costs nothing.
 */
const replaceSpan = (schema: string): string => `
  with removed as (
    delete from ${schema}.hosting_asns where asn > $1::bigint and asn <= $2::bigint and asn <> all($3::bigint[])
    returning 1
  ), added as (
    insert into ${schema}.hosting_asns (asn) select unnest($3::bigint[]) on conflict do nothing
    returning 1
  )
  select (select count(*)::int from added) as added, (select count(*)::int from removed) as removed`;

/**
 * Makes `asns` the list of hosting networks, all at once; who reads meanwhile sees the list before.
 *
 * @throws InvalidDatasetError for what is no ASN; the list before stays.
 * @throws StorageError
 */
export async function replaceHostingAsns(database: Database, asns: readonly number[]): Promise<ReplacedAsns> {
  assertAsns(asns);
  const list = [...new Set(asns)].sort((a, b) => a - b);
  return database.transaction(async (session) => {
    // Two processes with different lists would otherwise leave a mixture of both.
    await session.query(`lock table ${database.schema}.hosting_asns in share row exclusive mode`);
    let added = 0;
    let removed = 0;
    // The parts share out all numbers without a gap, so what is between two listed ones is removed as well.
    for (let start = 0, after = 0; start === 0 || start < list.length; start += CHUNK) {
      const part = list.slice(start, start + CHUNK);
      const last = start + CHUNK < list.length ? (part.at(-1) ?? LAST_ASN) : LAST_ASN;
      const { rows } = await session.query<ChangedRow>(replaceSpan(database.schema), [after, last, part]);
      added += rows[0]?.added ?? 0;
      removed += rows[0]?.removed ?? 0;
      after = last;
    }
    return { listed: list.length, added, removed };
  });
}

/**
 * Adds to the list, which somebody else may have filled.
 *
 * @throws InvalidDatasetError for what is no ASN.
 * @throws StorageError
 */
export async function addHostingAsns(database: Database, asns: readonly number[]): Promise<void> {
  assertAsns(asns);
  await database.query(
    `insert into ${database.schema}.hosting_asns (asn) select distinct unnest($1::bigint[]) on conflict do nothing`,
    [asns],
  );
}

function assertAsns(asns: readonly number[]): void {
  if (asns.every((asn) => Number.isInteger(asn) && asn >= 1 && asn <= LAST_ASN)) return;
  throw new InvalidDatasetError(
    `The list of hosting networks holds what is no ASN; give whole numbers of 1 to ${LAST_ASN}.`,
  );
}

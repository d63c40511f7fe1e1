import { StorageError } from '../../../common/errors/ip-risk.error.js';
import { sqlStateOf } from '../../storage/storage-failure.js';

/** What is wrong with the data: values, constraints, limits of the server, and types that do not fit. */
const OF_DATA = /^(?:22|23|54|42804$)/;

/** Whether the database has definitely refused what it was given, and would again. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof StorageError) || error.code !== 'STORAGE_FAILED') return false;
  return OF_DATA.test(sqlStateOf(error) ?? '');
}

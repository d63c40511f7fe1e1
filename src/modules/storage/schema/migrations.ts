import type { Migration } from '../migration.js';
import { loginHistory } from './login-history.js';

/** All steps of the schema, oldest first. */
export const MIGRATIONS: readonly Migration[] = [loginHistory];

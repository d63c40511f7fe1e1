import type { Migration } from '../migration.js';
import { accountReports } from './account-reports.js';
import { alerts } from './alerts.js';
import { decisions } from './decisions.js';
import { loginChecks } from './login-checks.js';
import { loginHistory } from './login-history.js';

/** All steps of the schema, oldest first. */
export const MIGRATIONS: readonly Migration[] = [loginHistory, alerts, decisions, loginChecks, accountReports];

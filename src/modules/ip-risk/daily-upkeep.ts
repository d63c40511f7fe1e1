import type { Provider } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { StorageError } from '../../common/errors/ip-risk.error.js';
import { AccountReports } from '../alerting/account/account-reports.js';
import { AlertDeliveries } from '../alerting/outbox/alert-deliveries.js';
import { DecisionRetention } from '../decisions/decision-retention.js';
import { FleetTravel } from '../geo-velocity/fleet/fleet-travel.js';
import { LoginRetention } from '../geo-velocity/privacy/login-retention.js';
import { hostingAsns } from '../providers/offline/networks/hosting-asns.js';
import { CLOCKS_DIFFER, clocksAgree } from '../storage/clocks-agree.js';
import { DATABASE, type Database } from '../storage/database.js';

/** Work that is done on the database once a day. */
export interface DailyUpkeep {
  /** Begins the line that says that it was not done: "Logins are not cleared up". */
  readonly failure: string;
  readonly run: () => Promise<unknown>;
}

export const DAILY_UPKEEP = Symbol('IP_RISK:DAILY_UPKEEP');

/** @throws StorageError, when it runs, where the process's clock may not be trusted with deleting. */
function whereClocksAgree(database: Database, clock: Clock, run: () => Promise<unknown>): DailyUpkeep['run'] {
  return async () => {
    if (!(await clocksAgree(database, clock.now()))) throw new StorageError('STORAGE_FAILED', CLOCKS_DIFFER);
    return run();
  };
}

export const dailyUpkeep: Provider = {
  provide: DAILY_UPKEEP,
  inject: [DATABASE, CLOCK, DecisionRetention, AlertDeliveries, AccountReports, LoginRetention, FleetTravel],
  useFactory: (
    database: Database,
    clock: Clock,
    decisions: DecisionRetention,
    alerts: AlertDeliveries,
    reports: AccountReports,
    logins: LoginRetention,
    fleet: FleetTravel,
  ): readonly DailyUpkeep[] => [
    { failure: 'Decisions are not cleared up', run: () => decisions.run() },
    { failure: 'Alerts are not cleared up', run: whereClocksAgree(database, clock, () => alerts.clearOld()) },
    {
      failure: 'Reports of users are not cleared up',
      run: whereClocksAgree(database, clock, () => reports.clearOld()),
    },
    // Last of those that delete: it has the embedded database give the room back.
    { failure: 'Logins are not cleared up', run: () => logins.run() },
    { failure: 'The list of hosting networks is not filled', run: () => fleet.addHostingAsns(hostingAsns()) },
  ],
};

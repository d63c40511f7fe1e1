import type { Provider } from '@nestjs/common';
import { AccountReports } from '../alerting/account/account-reports.js';
import { AlertDeliveries } from '../alerting/outbox/alert-deliveries.js';
import { DecisionRetention } from '../decisions/decision-retention.js';
import { FleetTravel } from '../geo-velocity/fleet/fleet-travel.js';
import { LoginRetention } from '../geo-velocity/privacy/login-retention.js';
import { hostingAsns } from '../providers/offline/networks/hosting-asns.js';

/** Work that is done on the database once a day. */
export interface DailyUpkeep {
  /** Begins the line that says that it was not done: "Logins are not cleared up". */
  readonly failure: string;
  readonly run: () => Promise<unknown>;
}

export const DAILY_UPKEEP = Symbol('IP_RISK:DAILY_UPKEEP');

export const dailyUpkeep: Provider = {
  provide: DAILY_UPKEEP,
  inject: [DecisionRetention, AlertDeliveries, AccountReports, LoginRetention, FleetTravel],
  useFactory: (
    decisions: DecisionRetention,
    alerts: AlertDeliveries,
    reports: AccountReports,
    logins: LoginRetention,
    fleet: FleetTravel,
  ): readonly DailyUpkeep[] => [
    { failure: 'Decisions are not cleared up', run: () => decisions.run() },
    { failure: 'Alerts are not cleared up', run: () => alerts.clearOld() },
    { failure: 'Reports of users are not cleared up', run: () => reports.clearOld() },
    // Last of those that delete: it has the embedded database give the room back.
    { failure: 'Logins are not cleared up', run: () => logins.run() },
    { failure: 'The list of hosting networks is not filled', run: () => fleet.addHostingAsns(hostingAsns()) },
  ],
};

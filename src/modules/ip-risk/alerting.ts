import { Logger, type Provider } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { AccountReports } from '../alerting/account/account-reports.js';
import { ANSWER_LINKS, AnswerLinks } from '../alerting/account/answer-links.js';
import { UserErasure } from '../alerting/account/user-erasure.js';
import type { AlertSettings } from '../alerting/alert-settings.js';
import { ChannelHealth } from '../alerting/channel-health.js';
import { DeliveryCounters } from '../alerting/delivery-counters.js';
import { AlertDeliveries } from '../alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from '../alerting/outbox/alert-outbox.js';
import { TravelAlerts } from '../alerting/travel/travel-alerts.js';
import { ProviderWatch } from '../alerting/watch/provider-watch.js';
import { GeoVelocityService } from '../geo-velocity/geo-velocity.service.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { askWithoutMaking } from '../storage/ask-without-making.js';
import { DATABASE, type Database } from '../storage/database.js';
import { ALERT_SETTINGS, alertSettings } from './alert-settings.js';
import { GEO_VELOCITY_SETTINGS, type GeoVelocitySettings } from './geo-velocity-options.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';
import { IP_RISK_OPTIONS } from './ip-risk.module-definition.js';

const DAY_MS = 86_400_000;

function warning(): (line: string) => void {
  const logger = new Logger('Alerts');
  return (line) => {
    logger.warn(line);
  };
}

/**
 * Who raises alerts and who knows of them; who delivers them is another module's. Where `alerts` is not set nobody raises
 * any, and the rest finds none.
 */
export const alerting: Provider[] = [
  {
    provide: ALERT_SETTINGS,
    inject: [IP_RISK_OPTIONS, GEO_VELOCITY_SETTINGS],
    useFactory: alertSettings,
  },
  {
    provide: AlertOutbox,
    inject: [DATABASE, CLOCK, ALERT_SETTINGS],
    useFactory: (database: Database, clock: Clock, settings: AlertSettings) =>
      new AlertOutbox({ database, clock, settings }),
  },
  {
    provide: AlertDeliveries,
    inject: [DATABASE, CLOCK, ALERT_SETTINGS],
    useFactory: (database: Database, clock: Clock, ages: AlertSettings) =>
      new AlertDeliveries({ database: askWithoutMaking(database), clock, ages }),
  },
  {
    provide: ChannelHealth,
    inject: [CLOCK],
    useFactory: (clock: Clock) => new ChannelHealth(clock),
  },
  DeliveryCounters,
  {
    provide: TravelAlerts,
    inject: [DATABASE, CLOCK, AlertOutbox, GeoVelocityService],
    useFactory: (database: Database, clock: Clock, outbox: AlertOutbox, geoVelocity: GeoVelocityService) =>
      new TravelAlerts({ database, clock, outbox, geoVelocity, warn: warning() }),
  },
  {
    provide: ProviderWatch,
    inject: [ProviderLookup, AlertOutbox, DATABASE, CLOCK],
    useFactory: (lookup: ProviderLookup, outbox: AlertOutbox, database: Database, clock: Clock) =>
      new ProviderWatch({ lookup, outbox, database, clock, warn: warning() }),
  },
  {
    provide: AccountReports,
    inject: [DATABASE, CLOCK, AlertOutbox, IP_RISK_OPTIONS, GEO_VELOCITY_SETTINGS],
    useFactory: (
      database: Database,
      clock: Clock,
      outbox: AlertOutbox,
      { alerts }: IpRiskModuleOptions,
      { trustDays }: GeoVelocitySettings,
    ) =>
      new AccountReports({
        database: askWithoutMaking(database),
        clock,
        outbox,
        trustDays,
        onAccountReported: alerts?.askUsers?.onAccountReported,
        warn: warning(),
      }),
  },
  {
    provide: UserErasure,
    inject: [GeoVelocityService, AlertDeliveries],
    useFactory: (geoVelocity: GeoVelocityService, alerts: AlertDeliveries) => new UserErasure(geoVelocity, alerts),
  },
  {
    provide: ANSWER_LINKS,
    inject: [IP_RISK_OPTIONS, GEO_VELOCITY_SETTINGS, CLOCK],
    useFactory: ({ alerts }: IpRiskModuleOptions, { hashKey: key }: GeoVelocitySettings, clock: Clock) => {
      const { askUsers } = alerts ?? {};
      if (askUsers === undefined || key === undefined) return undefined;
      const { publicUrl, validDays } = askUsers;
      return new AnswerLinks({
        key,
        publicUrl,
        clock,
        validMs: validDays === undefined ? undefined : validDays * DAY_MS,
      });
    },
  },
];

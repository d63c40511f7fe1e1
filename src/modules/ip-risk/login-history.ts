import { Logger, type Provider } from '@nestjs/common';
import { whenReady, type MaybePromise } from '../../common/async/maybe-promise.js';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import { UserAnomalies } from '../geo-velocity/anomalies/user-anomalies.js';
import { FleetTravel } from '../geo-velocity/fleet/fleet-travel.js';
import { GeoVelocityService } from '../geo-velocity/geo-velocity.service.js';
import { UserJourneys } from '../geo-velocity/journey/user-journeys.js';
import { RecordedLogins } from '../geo-velocity/logins/recorded-logins.js';
import { LoginRetention } from '../geo-velocity/privacy/login-retention.js';
import { loginPlaceOf } from '../geo-velocity/travel/login-place.js';
import type { LoginPlace } from '../geo-velocity/travel/travel-point.js';
import { TravelTrust } from '../geo-velocity/trust/travel-trust.js';
import { DATABASE, type Database } from '../storage/database.js';
import { NO_DATABASE } from '../storage/no-database.js';
import { createDatabase } from '../storage/open-database.js';
import { MIGRATIONS } from '../storage/schema/migrations.js';
import { GEO_VELOCITY_SETTINGS, geoVelocitySettings, type GeoVelocitySettings } from './geo-velocity-options.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';
import { IP_RISK_OPTIONS } from './ip-risk.module-definition.js';

function placeBy(assessments: AssessmentService): (address: IpAddress) => MaybePromise<LoginPlace> {
  return (address) =>
    whenReady(assessments.assess(address), (assessment) => loginPlaceOf(assessment, effectiveAddress(address)));
}

/** Users' logins: the database, who writes to it, who reads it. Without a database each of them says so when asked. */
export const loginHistory: Provider[] = [
  {
    provide: GEO_VELOCITY_SETTINGS,
    inject: [IP_RISK_OPTIONS],
    useFactory: ({ geoVelocity }: IpRiskModuleOptions) => geoVelocitySettings(geoVelocity),
  },
  {
    provide: DATABASE,
    inject: [IP_RISK_OPTIONS, CLOCK],
    useFactory: ({ database }: IpRiskModuleOptions, clock: Clock): Database => {
      if (database === undefined) return NO_DATABASE;
      const logger = new Logger('Database');
      const warn = (message: string): void => {
        logger.warn(message);
      };
      return createDatabase({ warn, ...database }, MIGRATIONS, clock);
    },
  },
  {
    provide: GeoVelocityService,
    inject: [DATABASE, CLOCK, GEO_VELOCITY_SETTINGS, AssessmentService, RecordedLogins, IP_RISK_OPTIONS],
    useFactory: (
      database: Database,
      clock: Clock,
      settings: GeoVelocitySettings,
      assessments: AssessmentService,
      recorded: RecordedLogins,
      { alerts }: IpRiskModuleOptions,
    ) =>
      new GeoVelocityService({
        ...settings,
        database,
        clock,
        placeOf: placeBy(assessments),
        isWatched: alerts !== undefined,
        onRecorded: recorded.tell,
      }),
  },
  RecordedLogins,
  {
    provide: TravelTrust,
    inject: [DATABASE, CLOCK, GEO_VELOCITY_SETTINGS, AssessmentService],
    useFactory: (database: Database, clock: Clock, settings: GeoVelocitySettings, assessments: AssessmentService) =>
      new TravelTrust({ ...settings, database, clock, placeOf: placeBy(assessments) }),
  },
  {
    provide: LoginRetention,
    inject: [DATABASE, CLOCK, GEO_VELOCITY_SETTINGS],
    useFactory: (database: Database, clock: Clock, settings: GeoVelocitySettings) => {
      const logger = new Logger('LoginRetention');
      const warn = (message: string): void => {
        logger.warn(message);
      };
      return new LoginRetention({ ...settings, database, clock, warn });
    },
  },
  {
    provide: UserJourneys,
    inject: [DATABASE, CLOCK],
    useFactory: (database: Database, clock: Clock) => new UserJourneys({ database, clock }),
  },
  {
    provide: UserAnomalies,
    inject: [DATABASE],
    useFactory: (database: Database) => new UserAnomalies({ database }),
  },
  {
    provide: FleetTravel,
    inject: [DATABASE, GEO_VELOCITY_SETTINGS],
    useFactory: (database: Database, { limits, retentionDays }: GeoVelocitySettings) =>
      new FleetTravel({ database, limits, retentionDays }),
  },
];

import { Logger, type Provider } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { AlertOutbox } from '../alerting/outbox/alert-outbox.js';
import { DecisionLog } from '../decisions/decision-log.js';
import { DecisionRetention } from '../decisions/decision-retention.js';
import { DecisionReader } from '../decisions/reading/decision-reader.js';
import { askWithoutMaking } from '../storage/ask-without-making.js';
import { DATABASE, type Database } from '../storage/database.js';
import { GEO_VELOCITY_SETTINGS, type GeoVelocitySettings } from './geo-velocity-options.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';
import { IP_RISK_OPTIONS } from './ip-risk.module-definition.js';

const MODES = ['batched', 'durable', 'off'] as const;

/** How decisions are kept. @throws InvalidConfigurationError */
export function logModeOf({ decisionLog, database }: IpRiskModuleOptions): 'batched' | 'durable' | 'off' {
  const mode = decisionLog ?? (database === undefined ? 'off' : 'batched');
  if (!MODES.includes(mode)) {
    throw new InvalidConfigurationError(`decisionLog (IP_RISK_DECISION_LOG) must be one of ${MODES.join(', ')}.`);
  }
  if (mode === 'off' || database !== undefined) return mode;
  throw new InvalidConfigurationError('decisionLog needs a `database` to keep decisions in; set one.');
}

function warning(): (line: string) => void {
  const logger = new Logger('DecisionLog');
  return (line) => {
    logger.warn(line);
  };
}

/** Every decision on record. {@link DecisionLog} is `undefined` where none are kept. */
export const decisionLog: Provider[] = [
  {
    provide: DecisionLog,
    inject: [IP_RISK_OPTIONS, DATABASE, CLOCK, AlertOutbox, GEO_VELOCITY_SETTINGS],
    useFactory: (
      options: IpRiskModuleOptions,
      database: Database,
      clock: Clock,
      outbox: AlertOutbox,
      { hashKey, retentionDays, addressDays }: GeoVelocitySettings,
    ): DecisionLog | undefined => {
      const mode = logModeOf(options);
      if (mode === 'off') return undefined;
      return new DecisionLog({
        database,
        clock,
        mode,
        outbox: options.alerts === undefined ? undefined : outbox,
        hashKey,
        retentionDays,
        addressDays,
        warn: warning(),
      });
    },
  },
  {
    provide: DecisionReader,
    inject: [DATABASE, CLOCK, GEO_VELOCITY_SETTINGS],
    useFactory: (database: Database, clock: Clock, { hashKey, retentionDays }: GeoVelocitySettings) =>
      new DecisionReader({ database: askWithoutMaking(database), clock, hashKey, retentionDays }),
  },
  {
    provide: DecisionRetention,
    inject: [DATABASE, CLOCK, GEO_VELOCITY_SETTINGS],
    useFactory: (database: Database, clock: Clock, { retentionDays, addressDays }: GeoVelocitySettings) =>
      new DecisionRetention({ database, clock, retentionDays, addressDays, warn: warning() }),
  },
];

import { Logger, type Provider } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock/clock.js';
import { TravelAlerts } from '../alerting/travel/travel-alerts.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import { DecisionLog } from '../decisions/decision-log.js';
import { GeoVelocityService } from '../geo-velocity/geo-velocity.service.js';
import { LoginCounters } from '../geo-velocity/logins/login-counters.js';
import { RecordedLogins } from '../geo-velocity/logins/recorded-logins.js';
import { POLICY_SET, type PolicySet } from '../policy/policy-file.js';
import { DecisionCounters } from '../screening/decision-counters.js';
import { FailModeLog } from '../screening/fail-mode-log.js';
import { RiskEvents } from '../screening/risk-events.js';
import { ScreeningService } from '../screening/screening.service.js';
import { TravelFailureLog } from '../screening/travel-failure-log.js';
import { TravelScreening } from '../screening/travel-screening.js';
import { escalationBandOf } from './engine-options.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';
import { IP_RISK_OPTIONS } from './ip-risk.module-definition.js';

function riskEvents(
  counters: DecisionCounters,
  logins: LoginCounters,
  log: DecisionLog | undefined,
  clock: Clock,
): RiskEvents {
  const logger = new Logger('IpRisk');
  const events = new RiskEvents((error) => {
    // The name only: a message may hold an address.
    logger.error(`A listener to decisions failed: ${error instanceof Error ? error.name : 'not an Error'}.`);
  });
  const failModes = new FailModeLog((line) => {
    logger.warn(line);
  }, clock);
  events.subscribe(counters.count);
  events.subscribe(logins.countDecided);
  events.subscribe(failModes.record);
  // A durable log is asked before anybody is told.
  if (log?.mode === 'batched') events.subscribe(log.record);
  return events;
}

/** Logins that were recorded without a decision are counted, and what logins owe that no log raises is raised. */
function hearOfLogins(
  recorded: RecordedLogins,
  counters: LoginCounters,
  travelAlerts: TravelAlerts,
  events: RiskEvents,
  log: DecisionLog | undefined,
): RecordedLogins {
  recorded.subscribe((_, report) => {
    counters.count(report);
  });
  recorded.subscribe((userId, report) => void travelAlerts.settle(userId, report));
  if (log !== undefined) return recorded;
  events.subscribe((event) => {
    const { subject, travel } = event.decision;
    if (subject === undefined || travel === undefined || !('login' in travel)) return undefined;
    return travelAlerts.settle(subject, travel, event);
  });
  return recorded;
}

function screeningService(
  options: IpRiskModuleOptions,
  assessments: AssessmentService,
  events: RiskEvents,
  clock: Clock,
  geoVelocity: GeoVelocityService,
  log: DecisionLog | undefined,
  travelAlerts: TravelAlerts,
  logins: LoginCounters,
  { policies }: PolicySet,
): ScreeningService {
  const logger = new Logger('IpRisk');
  const failures = new TravelFailureLog((line) => {
    logger.warn(line);
  }, clock);
  return new ScreeningService({
    assessments,
    events,
    clock,
    escalationBand: escalationBandOf(options),
    travel: options.database === undefined ? undefined : new TravelScreening(geoVelocity, clock, failures),
    record: log?.mode === 'durable' ? log : undefined,
    onLoginRecorded: (decision, report) => {
      logins.count(report);
      const policy = policies.get(decision.policy.name);
      const decided = { decision, policy, isOnRecord: log !== undefined };
      if (decision.subject !== undefined) void travelAlerts.settle(decision.subject, report, decided);
    },
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  });
}

/** Nobody asks for it: it is there so that the listeners are. */
const HEARD_LOGINS = Symbol('IP_RISK:HEARD_LOGINS');

/** From a sender to a decision, and who is told of it. */
export const screening: Provider[] = [
  DecisionCounters,
  LoginCounters,
  {
    provide: HEARD_LOGINS,
    inject: [RecordedLogins, LoginCounters, TravelAlerts, RiskEvents, { token: DecisionLog, optional: true }],
    useFactory: hearOfLogins,
  },
  {
    provide: RiskEvents,
    inject: [DecisionCounters, LoginCounters, { token: DecisionLog, optional: true }, CLOCK],
    useFactory: riskEvents,
  },
  {
    provide: ScreeningService,
    inject: [
      IP_RISK_OPTIONS,
      AssessmentService,
      RiskEvents,
      CLOCK,
      GeoVelocityService,
      { token: DecisionLog, optional: true },
      TravelAlerts,
      LoginCounters,
      POLICY_SET,
    ],
    useFactory: screeningService,
  },
];

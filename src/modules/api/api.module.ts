import { Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { getOptionsToken, getStorageToken, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { throttleStorage } from '../throttling/throttle-storage.js';
import { Throttle, THROTTLER_NAME, WINDOW_MS } from '../throttling/throttle.js';
import type { CostStorage } from '../throttling/cost-storage.js';
import { AdmissionBeforeBody } from './admission-before-body.js';
import { AccountAnswersController } from './account-answers/account-answers.controller.js';
import { UserReportsController } from './account-answers/user-reports.controller.js';
import { Admission } from './admission.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { ApiCallers } from './api-callers.js';
import { ApiPolicies } from './api-policies.js';
import {
  API_OPTIONS,
  ConfigurableModuleClass,
  DEFAULT_THROTTLE_LIMIT,
  type ApiModuleOptions,
} from './api.module-definition.js';
import { bodyValidationPipe } from './body-validation.pipe.js';
import { BulkController } from './bulk.controller.js';
import { BulkLane } from './bulk-lane.js';
import { DecisionsController } from './decisions/decisions.controller.js';
import { DocsController } from './docs.controller.js';
import { ErrorBodyFilter } from './error-body.filter.js';
import { ForgetController } from './forget.controller.js';
import { FraudScoreController } from './fraud-score.controller.js';
import { IpRiskController } from './ip-risk.controller.js';
import { FleetController } from './analytics/fleet.controller.js';
import { LoginsController } from './logins/logins.controller.js';
import { RiskyNetworks } from './risky-networks.js';
import { UserTrustController } from './users/user-trust.controller.js';
import { UsersController } from './users/users.controller.js';

/** What `ThrottlerModule` would provide; it cannot see the options of this module, and its storage comes from here. */
const throttling: Provider[] = [
  {
    provide: getOptionsToken(),
    inject: [API_OPTIONS],
    useFactory: ({ throttleLimit: limit = DEFAULT_THROTTLE_LIMIT }: ApiModuleOptions): ThrottlerModuleOptions => [
      { name: THROTTLER_NAME, limit, ttl: WINDOW_MS },
    ],
  },
  throttleStorage,
  {
    provide: Throttle,
    inject: [getStorageToken()],
    useFactory: (storage: CostStorage) => new Throttle(storage),
  },
  RiskyNetworks,
  ApiCallers,
  Admission,
  AdmissionBeforeBody,
];

/** The REST API. Needs a global `IpRiskModule` beside it. */
@Module({
  controllers: [
    IpRiskController,
    BulkController,
    ForgetController,
    FraudScoreController,
    LoginsController,
    UsersController,
    UserTrustController,
    UserReportsController,
    AccountAnswersController,
    FleetController,
    DecisionsController,
    AlertsController,
    DocsController,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ErrorBodyFilter },
    { provide: APP_PIPE, useFactory: bodyValidationPipe },
    ApiPolicies,
    BulkLane,
    ...throttling,
  ],
})
export class ApiModule extends ConfigurableModuleClass {}

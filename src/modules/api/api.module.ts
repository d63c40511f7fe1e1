import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiPolicies } from './api-policies.js';
import { ConfigurableModuleClass } from './api.module-definition.js';
import { bodyValidationPipe } from './body-validation.pipe.js';
import { BulkController } from './bulk.controller.js';
import { BulkLane } from './bulk-lane.js';
import { DocsController } from './docs.controller.js';
import { ErrorBodyFilter } from './error-body.filter.js';
import { KeyBeforeBody } from './key-before-body.js';
import { FraudScoreController } from './fraud-score.controller.js';
import { IpRiskController } from './ip-risk.controller.js';

/** The REST API. Needs a global `IpRiskModule` beside it. */
@Module({
  controllers: [IpRiskController, BulkController, FraudScoreController, DocsController],
  providers: [
    { provide: APP_FILTER, useClass: ErrorBodyFilter },
    { provide: APP_PIPE, useFactory: bodyValidationPipe },
    ApiKeyGuard,
    ApiPolicies,
    BulkLane,
    KeyBeforeBody,
  ],
})
export class ApiModule extends ConfigurableModuleClass {}

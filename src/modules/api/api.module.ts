import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiPolicies } from './api-policies.js';
import { ConfigurableModuleClass } from './api.module-definition.js';
import { bodyValidationPipe } from './body-validation.pipe.js';
import { DocsController } from './docs.controller.js';
import { ErrorBodyFilter } from './error-body.filter.js';
import { FraudScoreController } from './fraud-score.controller.js';
import { IpRiskController } from './ip-risk.controller.js';

/** The REST API. Needs a global `IpRiskModule` beside it. */
@Module({
  controllers: [IpRiskController, FraudScoreController, DocsController],
  providers: [
    { provide: APP_FILTER, useClass: ErrorBodyFilter },
    { provide: APP_PIPE, useFactory: bodyValidationPipe },
    ApiKeyGuard,
    ApiPolicies,
  ],
})
export class ApiModule extends ConfigurableModuleClass {}

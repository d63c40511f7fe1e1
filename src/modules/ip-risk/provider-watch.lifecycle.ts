import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ProviderWatch } from '../alerting/watch/provider-watch.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';
import { IP_RISK_OPTIONS } from './ip-risk.module-definition.js';

/** Has vendors watched for as long as the application runs, where somebody wants alerts. */
@Injectable()
export class ProviderWatchLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(IP_RISK_OPTIONS) private readonly options: IpRiskModuleOptions,
    private readonly watch: ProviderWatch,
  ) {}

  onModuleInit(): void {
    const { alerts, database } = this.options;
    if (alerts !== undefined && database !== undefined) this.watch.start();
  }

  onApplicationShutdown(): void {
    this.watch.stop();
  }
}

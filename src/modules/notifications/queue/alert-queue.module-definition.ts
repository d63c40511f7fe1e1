import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { AlertsModuleOptions } from '../alerts-options.js';

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: ALERTS_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<AlertsModuleOptions>({ moduleName: 'Alerts' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createAlertsOptions')
  .build();

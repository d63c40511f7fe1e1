import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { IpRiskModuleOptions } from './ip-risk-options.js';

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: IP_RISK_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<IpRiskModuleOptions>({ moduleName: 'IpRisk' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createIpRiskOptions')
  .setExtras({ isGlobal: false }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();

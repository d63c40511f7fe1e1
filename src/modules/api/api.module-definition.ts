import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface ApiModuleOptions {
  /** None: every caller is let in, which is for loopback only. */
  readonly apiKeys: readonly string[];
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: API_OPTIONS } =
  new ConfigurableModuleBuilder<ApiModuleOptions>({ moduleName: 'Api' }).setClassMethodName('forRoot').build();

import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ApiKeys } from '../../common/config/api-keys.js';

export interface ApiModuleOptions {
  /** None: every caller is let in, which is for loopback only. */
  readonly apiKeys: ApiKeys;
  /** Points around a threshold within which bulk answers, too, ask vendors under `escalate`. @default 10 */
  readonly escalationBand?: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: API_OPTIONS } =
  new ConfigurableModuleBuilder<ApiModuleOptions>({ moduleName: 'Api' }).setClassMethodName('forRoot').build();

import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ApiKeys } from '../../common/config/api-keys.js';
import type { SecretText } from '../../common/secrets/secret-text.js';

/** Requests a minute of one caller: ten a second are far more than one person, and fewer than most applications have. */
export const DEFAULT_THROTTLE_LIMIT = 600;

export interface ApiModuleOptions {
  /** None: every caller is let in, which is for loopback only. */
  readonly apiKeys: ApiKeys;
  /** Points around a threshold within which bulk answers, too, ask vendors under `escalate`. @default 10 */
  readonly escalationBand?: number;
  /** Requests a minute of one caller, for keys without a limit of their own; 0: no limit. @default 600 */
  readonly throttleLimit?: number;
  /** Hides in the shared store who was counted; without it the names there are plain digests. The same in every process. */
  readonly hashKey?: SecretText | undefined;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: API_OPTIONS } =
  new ConfigurableModuleBuilder<ApiModuleOptions>({ moduleName: 'Api' }).setClassMethodName('forRoot').build();

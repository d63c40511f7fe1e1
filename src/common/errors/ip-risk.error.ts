export type ProviderErrorCode =
  | 'PROVIDER_TIMEOUT'
  | 'PROVIDER_UNAUTHORIZED'
  | 'PROVIDER_QUOTA'
  | 'PROVIDER_RATE_LIMITED'
  | 'PROVIDER_BAD_INPUT'
  | 'PROVIDER_UNREACHABLE'
  | 'PROVIDER_BAD_RESPONSE';

export type StorageErrorCode = 'STORAGE_UNAVAILABLE' | 'STORAGE_LOCKED' | 'STORAGE_FAILED';

export type IpRiskErrorCode =
  ProviderErrorCode | StorageErrorCode | 'CONFIGURATION_INVALID' | 'DATASET_INVALID' | 'LOGIN_INVALID';

/** Every error this library makes. `message` says what is wrong and what to do; it never holds a key or a URL. */
export abstract class IpRiskError extends Error {
  abstract readonly code: IpRiskErrorCode;
}

/** A setting that cannot be meant. Thrown at start, never on the request path. */
export class InvalidConfigurationError extends IpRiskError {
  override readonly name = 'InvalidConfigurationError';
  readonly code = 'CONFIGURATION_INVALID';
}

/** A data file or feed that cannot be what it claims to be. The one loaded before stays in use. */
export class InvalidDatasetError extends IpRiskError {
  override readonly name = 'InvalidDatasetError';
  readonly code = 'DATASET_INVALID';
}

/** A login, or something else said of a user, that cannot be taken as it was reported. The message names no user and no address. */
export class InvalidLoginError extends IpRiskError {
  override readonly name = 'InvalidLoginError';
  readonly code = 'LOGIN_INVALID';
}

/**
 * The database did not do what it was asked. `STORAGE_UNAVAILABLE`: it cannot be reached now; the same may succeed later.
 * `STORAGE_LOCKED`: another process has the embedded one. `STORAGE_FAILED`: it refused the statement.
 */
export class StorageError extends IpRiskError {
  override readonly name = 'StorageError';

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const PROVIDER_SENTENCES: Readonly<Record<ProviderErrorCode, string>> = {
  PROVIDER_TIMEOUT: 'did not answer in time; raise the deadline or check its status',
  PROVIDER_UNAUTHORIZED: 'refused the credentials; check its key and plan',
  PROVIDER_QUOTA: 'has no quota left; wait for the renewal or raise the plan',
  PROVIDER_RATE_LIMITED: 'asks for fewer requests; lower the rate or raise the plan',
  PROVIDER_BAD_INPUT: 'does not accept the address',
  PROVIDER_UNREACHABLE: 'cannot be reached or has no data loaded; see its health report',
  PROVIDER_BAD_RESPONSE: 'answered something that is not its documented format',
};

export const PROVIDER_ERROR_CODES = Object.keys(PROVIDER_SENTENCES) as readonly ProviderErrorCode[];

export interface ProviderErrorOptions extends ErrorOptions {
  /** Milliseconds after which the provider may be asked again, where it says. */
  readonly retryAfterMs?: number | undefined;
  /** False where the provider held back on its own and sent nothing: it costs no credit and is no fault of the vendor. @default true */
  readonly wasSent?: boolean;
}

/** A provider gave no verdict. */
export class ProviderError extends IpRiskError {
  override readonly name = 'ProviderError';
  readonly retryAfterMs: number | undefined;
  readonly wasSent: boolean;

  constructor(
    readonly providerId: string,
    readonly code: ProviderErrorCode,
    { retryAfterMs, wasSent = true, ...options }: ProviderErrorOptions = {},
  ) {
    super(`IP-intelligence provider "${providerId}" ${PROVIDER_SENTENCES[code]}.`, options);
    this.retryAfterMs = retryAfterMs;
    this.wasSent = wasSent;
  }
}

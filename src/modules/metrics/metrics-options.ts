/** What a request to `/metrics` says of who sent it. */
export interface MetricsRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The keys of the service, as far as this room needs them. */
export interface MetricsKeys {
  /** False: there are none, and everybody who reaches the port may read. */
  readonly isRequired: boolean;
  find(candidate: string): object | undefined;
}

/** Settings of `MetricsModule.forRoot`. */
export interface MetricsModuleOptions {
  /** Adds metrics of the process and of Node.js, under their usual names. @default false */
  readonly defaultMetrics?: boolean;
  /** Who shows one of them, as `Authorization: Bearer KEY` or `X-Api-Key`, may read. @default nobody may */
  readonly apiKeys?: MetricsKeys;
  /** Says who may read; `() => true` is everybody. Where there are `apiKeys` too, both must let the request in. */
  readonly authorize?: (request: MetricsRequest) => boolean | Promise<boolean>;
}

export const METRICS_OPTIONS = Symbol('IP_RISK:METRICS_OPTIONS');

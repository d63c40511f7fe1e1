import { registerAs } from '@nestjs/config';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { parseIpAddress } from '../ip/ip-address.js';
import { specialPurposeOf } from '../ip/special-purpose.js';
import { TrustedProxies } from '../ip/trusted-proxies.js';
import { alertConfigOf, type AlertConfig } from './alert-config.js';
import { ApiKeys } from './api-keys.js';
import { Environment } from './environment.js';
import { SecretText } from '../secrets/secret-text.js';
import { VendorVariables } from './vendor-variables.js';

/** The service's settings, checked and complete. */
export interface ServiceConfig {
  readonly port: number;
  readonly host: string;
  /** Keeps no key in plain text. */
  readonly apiKeys: ApiKeys;
  /** Requests a minute for each caller of the API; 0: no limit. */
  readonly throttleLimit: number;
  readonly trustedProxies: readonly string[];
  readonly clientIpHeader: string;
  readonly policyFile: string | undefined;
  readonly mode: 'live' | 'dry-run';
  readonly deadlineMs: number;
  /** Names of providers, in order of preference. */
  readonly providers: readonly string[];
  /** The vendors' variables; they are read once it is known which vendors there are. */
  readonly vendorVariables: VendorVariables;
  readonly strategy: 'parallel' | 'fallback' | 'escalate';
  readonly quorum: number;
  readonly combiner: 'max' | 'mean' | 'weighted';
  readonly weights: Readonly<Record<string, number>>;
  readonly escalationBand: number;
  /** May hold a password, so it shows in nothing that is printed. */
  readonly redisUrl: SecretText | undefined;
  readonly cacheRedisUrl: SecretText | undefined;
  readonly redisDeadlineMs: number | undefined;
  /** Seals and names what is shared. */
  readonly hashKey: SecretText | undefined;
  readonly cacheEntries: number;
  /** By the library's names. */
  readonly cacheSeconds: Readonly<Record<string, number>>;
  readonly newPerPrefix: number;
  readonly newPerAsn: number;
  /** May hold a password. `undefined`: the embedded database in the data directory. */
  readonly databaseUrl: SecretText | undefined;
  readonly databaseSchema: string;
  readonly retentionDays: number;
  readonly addressDays: number;
  readonly trustDays: number;
  readonly travelSpeedKmh: number;
  readonly travelMinKm: number;
  readonly dataDirectory: string;
  readonly cityDb: readonly string[] | undefined;
  readonly asnDb: readonly string[] | undefined;
  readonly feeds: string;
  readonly mayDownload: boolean;
  /** What is kept of decisions; `durable` answers once they are kept. */
  readonly decisionLog: 'batched' | 'durable' | 'off';
  readonly alerts: AlertConfig;
}

const EVERYWHERE = '0.0.0.0';
/** Both loopback addresses, so that "localhost" reaches the service however it is resolved. */
const LOOPBACK = 'localhost';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings out of environment variables.
 *
 * @throws InvalidConfigurationError with a sentence for each wrong variable, naming it.
 */
export function readServiceConfig(variables: Variables): ServiceConfig {
  const known = Object.keys(new Environment());
  rejectUnknown(variables, known);
  const set = Object.entries(variables).filter(([name, value]) => known.includes(name) && isSet(name, value));
  const environment = plainToInstance(Environment, Object.fromEntries(set), { exposeDefaultValues: true });
  const problems = validateSync(environment).flatMap(({ constraints = {} }) => Object.values(constraints).slice(0, 1));
  if (problems.length > 0) throw new InvalidConfigurationError(problems.join(' '));
  TrustedProxies.from(environment.TRUSTED_PROXIES);
  return toServiceConfig(environment, variables);
}

/** Blanks are nothing, but where somebody means to have a secret. */
function isSet(name: string, value: string | undefined): boolean {
  return name === 'IP_RISK_HASH_KEY' ? value !== '' : value?.trim() !== '';
}

function toServiceConfig(environment: Environment, variables: Variables): ServiceConfig {
  const apiKeys = new ApiKeys(environment.IP_RISK_API_KEYS);
  const filled = (list: readonly string[]): readonly string[] | undefined => (list.length === 0 ? undefined : list);
  return {
    port: environment.PORT,
    host: hostFor(environment.HOST, apiKeys.isRequired),
    apiKeys,
    throttleLimit: environment.IP_RISK_THROTTLE_LIMIT,
    trustedProxies: environment.TRUSTED_PROXIES,
    clientIpHeader: environment.IP_RISK_CLIENT_IP_HEADER,
    policyFile: environment.IP_RISK_POLICY_FILE === '' ? undefined : environment.IP_RISK_POLICY_FILE,
    mode: environment.IP_RISK_MODE,
    deadlineMs: environment.IP_RISK_DEADLINE_MS,
    providers: environment.IP_RISK_PROVIDERS,
    vendorVariables: new VendorVariables(variables),
    strategy: environment.IP_RISK_STRATEGY,
    quorum: environment.IP_RISK_QUORUM,
    combiner: environment.IP_RISK_COMBINER,
    weights: numbersOf('IP_RISK_WEIGHTS', environment.IP_RISK_WEIGHTS),
    escalationBand: environment.IP_RISK_ESCALATION_BAND,
    redisUrl: secretOf(environment.REDIS_URL),
    cacheRedisUrl: cacheRedisUrlOf(environment),
    redisDeadlineMs: environment.IP_RISK_REDIS_DEADLINE_MS === 0 ? undefined : environment.IP_RISK_REDIS_DEADLINE_MS,
    hashKey: secretOf(environment.IP_RISK_HASH_KEY),
    cacheEntries: environment.IP_RISK_CACHE_ENTRIES,
    cacheSeconds: numbersOf('IP_RISK_CACHE_SECONDS', environment.IP_RISK_CACHE_SECONDS, inCamelCase),
    newPerPrefix: environment.IP_RISK_NEW_PER_PREFIX,
    newPerAsn: environment.IP_RISK_NEW_PER_ASN,
    databaseUrl: secretOf(environment.DATABASE_URL),
    databaseSchema: environment.IP_RISK_DATABASE_SCHEMA,
    retentionDays: environment.IP_RISK_RETENTION_DAYS,
    addressDays: environment.IP_RISK_ADDRESS_DAYS,
    trustDays: environment.IP_RISK_TRUST_DAYS,
    travelSpeedKmh: environment.IP_RISK_TRAVEL_SPEED_KMH,
    travelMinKm: environment.IP_RISK_TRAVEL_MIN_KM,
    dataDirectory: environment.IP_RISK_DATA_DIR,
    cityDb: filled(environment.IP_RISK_CITY_DB),
    asnDb: filled(environment.IP_RISK_ASN_DB),
    feeds: environment.IP_RISK_FEEDS,
    mayDownload: !environment.IP_RISK_NO_EGRESS,
    decisionLog: environment.IP_RISK_DECISION_LOG,
    alerts: alertConfigOf(environment, {
      hasHashKey: environment.IP_RISK_HASH_KEY !== '',
      mayConnect: !environment.IP_RISK_NO_EGRESS,
    }),
  };
}

function secretOf(text: string): SecretText | undefined {
  return text === '' ? undefined : new SecretText(text);
}

function cacheRedisUrlOf({ REDIS_URL, CACHE_REDIS_URL }: Environment): SecretText | undefined {
  if (CACHE_REDIS_URL !== '' && REDIS_URL === '') {
    throw new InvalidConfigurationError(
      'CACHE_REDIS_URL only splits off what REDIS_URL would keep; set REDIS_URL as well, or REDIS_URL alone.',
    );
  }
  return secretOf(CACHE_REDIS_URL);
}

/** `a=1,b=2` as an object. @throws InvalidConfigurationError where a name comes twice. */
function numbersOf(
  variable: string,
  entries: readonly string[],
  nameOf: (name: string) => string = (name) => name,
): Record<string, number> {
  const numbers = new Map<string, number>();
  for (const entry of entries) {
    const [name = '', number] = entry.split('=');
    if (numbers.has(nameOf(name))) throw new InvalidConfigurationError(`${variable}: ${name} is set twice.`);
    numbers.set(nameOf(name), Number(number));
  }
  return Object.fromEntries(numbers);
}

function inCamelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function hostFor(host: string, hasKeys: boolean): string {
  if (hasKeys) return host === '' ? EVERYWHERE : host;
  const address = parseIpAddress(host);
  const isLoopback = host === LOOPBACK || (address !== undefined && specialPurposeOf(address)?.name === 'Loopback');
  if (host === '' || isLoopback) return host === '' ? LOOPBACK : host;
  throw new InvalidConfigurationError(
    'HOST: without IP_RISK_API_KEYS the service answers on loopback only; set keys, or leave HOST empty.',
  );
}

/** A misspelt variable would be a protection that is silently not there. */
function rejectUnknown(variables: Variables, known: readonly string[]): void {
  const stranger = Object.keys(variables).find((name) => name.startsWith('IP_RISK_') && !known.includes(name));
  if (stranger === undefined) return;
  throw new InvalidConfigurationError(`${stranger} is not a variable of this service; known are: ${known.join(', ')}.`);
}

/** The one place that reads `process.env`; `@nestjs/config` has put the `.env` file's variables there before. */
export const serviceConfig = registerAs('service', () => readServiceConfig(process.env));

import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsNotIn, IsString, Matches, Max, Min } from 'class-validator';
import { AlertEnvironment } from './alert-environment.js';
import { API_KEY_ENTRY } from './api-keys.js';
import { CommaList, Flag, IsPostgresUrl, IsRedisUrl, WholeNumber } from './environment-fields.js';

/** The README's: whoever copied it shares his secret with everybody who reads. */
const EXAMPLE_HASH_KEY = 'at-least-16-characters-of-your-own';

/** The variables of the service, with their defaults. An empty variable counts as not set; so does a blank one, but for the hash key. */
export class Environment extends AlertEnvironment {
  @Type(() => Number)
  @IsInt({ message: 'PORT must be a whole number from 0 to 65535.' })
  @Min(0, { message: 'PORT must be a whole number from 0 to 65535.' })
  @Max(65535, { message: 'PORT must be a whole number from 0 to 65535.' })
  PORT = 3000;

  /** Where to listen. Not set: everywhere once there are API keys, loopback until then. */
  @IsString()
  HOST = '';

  @CommaList()
  @Matches(API_KEY_ENTRY, {
    each: true,
    message:
      'IP_RISK_API_KEYS: each key must be 16 characters or more without a semicolon, alone or followed by ;limit= and a whole number from 0 to 9999999.',
  })
  IP_RISK_API_KEYS: string[] = [];

  @Type(() => Number)
  @IsInt({ message: 'IP_RISK_THROTTLE_LIMIT must be a whole number of requests a minute from 0 to 9999999.' })
  @Min(0, { message: 'IP_RISK_THROTTLE_LIMIT must be a whole number of requests a minute from 0 to 9999999.' })
  @Max(9_999_999, { message: 'IP_RISK_THROTTLE_LIMIT must be a whole number of requests a minute from 0 to 9999999.' })
  IP_RISK_THROTTLE_LIMIT = 600;

  @CommaList()
  @IsString({ each: true })
  TRUSTED_PROXIES: string[] = [];

  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value))
  @Matches(/^[a-z0-9-]+$/, { message: 'IP_RISK_CLIENT_IP_HEADER must be the name of one header.' })
  IP_RISK_CLIENT_IP_HEADER = 'x-forwarded-for';

  @IsString()
  IP_RISK_POLICY_FILE = '';

  @IsIn(['live', 'dry-run'], { message: 'IP_RISK_MODE must be live or dry-run.' })
  IP_RISK_MODE: 'live' | 'dry-run' = 'live';

  @Type(() => Number)
  @IsInt({ message: 'IP_RISK_DEADLINE_MS must be a whole number of milliseconds from 1 to 60000.' })
  @Min(1, { message: 'IP_RISK_DEADLINE_MS must be a whole number of milliseconds from 1 to 60000.' })
  @Max(60_000, { message: 'IP_RISK_DEADLINE_MS must be a whole number of milliseconds from 1 to 60000.' })
  IP_RISK_DEADLINE_MS = 300;

  @CommaList()
  @Matches(/^[a-z0-9-]+$/, { each: true, message: 'IP_RISK_PROVIDERS must be names such as ipstack,apiverve,offline.' })
  IP_RISK_PROVIDERS: string[] = ['offline'];

  @IsIn(['parallel', 'fallback', 'escalate'], { message: 'IP_RISK_STRATEGY must be parallel, fallback or escalate.' })
  IP_RISK_STRATEGY: 'parallel' | 'fallback' | 'escalate' = 'parallel';

  @Type(() => Number)
  @IsInt({ message: 'IP_RISK_QUORUM must be a whole number of 1 or more.' })
  @Min(1, { message: 'IP_RISK_QUORUM must be a whole number of 1 or more.' })
  IP_RISK_QUORUM = 1;

  @IsIn(['max', 'mean', 'weighted'], { message: 'IP_RISK_COMBINER must be max, mean or weighted.' })
  IP_RISK_COMBINER: 'max' | 'mean' | 'weighted' = 'max';

  @CommaList()
  @Matches(/^[a-z0-9-]+=\d+(\.\d+)?$/, {
    each: true,
    message: 'IP_RISK_WEIGHTS must be a list such as unified=1,ipstack=2.',
  })
  IP_RISK_WEIGHTS: string[] = [];

  @Type(() => Number)
  @IsInt({ message: 'IP_RISK_ESCALATION_BAND must be a whole number of points from 0 to 100.' })
  @Min(0, { message: 'IP_RISK_ESCALATION_BAND must be a whole number of points from 0 to 100.' })
  @Max(100, { message: 'IP_RISK_ESCALATION_BAND must be a whole number of points from 0 to 100.' })
  IP_RISK_ESCALATION_BAND = 10;

  @IsRedisUrl()
  REDIS_URL = '';

  @IsRedisUrl()
  CACHE_REDIS_URL = '';

  /** Milliseconds; 0: by the deadline. */
  @Type(() => Number)
  @IsInt({ message: 'IP_RISK_REDIS_DEADLINE_MS must be a whole number of milliseconds from 0 to 60000.' })
  @Min(0, { message: 'IP_RISK_REDIS_DEADLINE_MS must be a whole number of milliseconds from 0 to 60000.' })
  @Max(60_000, { message: 'IP_RISK_REDIS_DEADLINE_MS must be a whole number of milliseconds from 0 to 60000.' })
  IP_RISK_REDIS_DEADLINE_MS = 0;

  @IsNotIn([EXAMPLE_HASH_KEY], { message: "IP_RISK_HASH_KEY is the README's example; choose a secret of your own." })
  @Matches(/^$|^(\s*\S){16,}\s*$/, { message: 'IP_RISK_HASH_KEY must have 16 characters or more that are no blanks.' })
  IP_RISK_HASH_KEY = '';

  @CommaList()
  @Matches(
    /^(failure=([12]?\d{1,2}|300)|(low|medium|high|critical|anonymised|degraded|stale-while-revalidate|stale-if-error)=(\d{1,6}|1\d{6}|2[0-4]\d{5}|25[0-8]\d{4}|259[01]\d{3}|2592000))$/,
    {
      each: true,
      message:
        'IP_RISK_CACHE_SECONDS must be a list such as low=3600,stale-if-error=0 of low, medium, high, critical, anonymised, degraded, failure, stale-while-revalidate, stale-if-error, with 0 to 2592000 seconds, failure with 300 at most.',
    },
  )
  IP_RISK_CACHE_SECONDS: string[] = [];

  @Type(() => Number)
  @IsInt({ message: 'IP_RISK_CACHE_ENTRIES must be a whole number from 1 to 10000000.' })
  @Min(1, { message: 'IP_RISK_CACHE_ENTRIES must be a whole number from 1 to 10000000.' })
  @Max(10_000_000, { message: 'IP_RISK_CACHE_ENTRIES must be a whole number from 1 to 10000000.' })
  IP_RISK_CACHE_ENTRIES = 50_000;

  @Type(() => Number)
  @IsInt({
    message: 'IP_RISK_NEW_PER_PREFIX must be a whole number of new addresses an hour from 0 (no cap) to 1000000000.',
  })
  @Min(0, {
    message: 'IP_RISK_NEW_PER_PREFIX must be a whole number of new addresses an hour from 0 (no cap) to 1000000000.',
  })
  @Max(1_000_000_000, {
    message: 'IP_RISK_NEW_PER_PREFIX must be a whole number of new addresses an hour from 0 (no cap) to 1000000000.',
  })
  IP_RISK_NEW_PER_PREFIX = 256;

  @Type(() => Number)
  @IsInt({
    message: 'IP_RISK_NEW_PER_ASN must be a whole number of new addresses an hour from 0 (no cap) to 1000000000.',
  })
  @Min(0, {
    message: 'IP_RISK_NEW_PER_ASN must be a whole number of new addresses an hour from 0 (no cap) to 1000000000.',
  })
  @Max(1_000_000_000, {
    message: 'IP_RISK_NEW_PER_ASN must be a whole number of new addresses an hour from 0 (no cap) to 1000000000.',
  })
  IP_RISK_NEW_PER_ASN = 10_000;

  @IsPostgresUrl()
  DATABASE_URL = '';

  @Matches(/^[a-z_][a-z0-9_]{0,62}$/, {
    message: 'IP_RISK_DATABASE_SCHEMA must be a name of lower-case letters, digits and underscores, 63 at most.',
  })
  IP_RISK_DATABASE_SCHEMA = 'ip_risk';

  @WholeNumber('IP_RISK_RETENTION_DAYS', 'days', 1, 3660)
  IP_RISK_RETENTION_DAYS = 90;

  @WholeNumber('IP_RISK_ADDRESS_DAYS', 'days', 0, 3660)
  IP_RISK_ADDRESS_DAYS = 30;

  @WholeNumber('IP_RISK_TRUST_DAYS', 'days', 1, 3660)
  IP_RISK_TRUST_DAYS = 30;

  @WholeNumber('IP_RISK_TRAVEL_SPEED_KMH', 'km/h', 1, 1_000_000)
  IP_RISK_TRAVEL_SPEED_KMH = 900;

  @WholeNumber('IP_RISK_TRAVEL_MIN_KM', 'kilometres', 0, 20_000)
  IP_RISK_TRAVEL_MIN_KM = 300;

  @IsString()
  IP_RISK_DATA_DIR = '.data';

  @CommaList()
  @IsString({ each: true })
  IP_RISK_CITY_DB: string[] = [];

  @CommaList()
  @IsString({ each: true })
  IP_RISK_ASN_DB: string[] = [];

  @IsString()
  IP_RISK_FEEDS = 'default';

  @Flag()
  @IsBoolean({ message: 'IP_RISK_NO_EGRESS must be true or false.' })
  IP_RISK_NO_EGRESS = false;
}

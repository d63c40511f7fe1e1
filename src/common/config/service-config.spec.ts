import { inspect } from 'node:util';
import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { ApiKeys } from './api-keys.js';
import { readServiceConfig } from './service-config.js';
import { VendorVariables } from './vendor-variables.js';

const KEY = 'not-a-key-0123456789';

describe('readServiceConfig', () => {
  it('starts with nothing set, on loopback, with the shipped data and the default feeds', () => {
    expect(readServiceConfig({})).toEqual({
      port: 3000,
      host: 'localhost',
      apiKeys: expect.any(ApiKeys),
      cacheEntries: 50_000,
      cacheRedisUrl: undefined,
      redisDeadlineMs: undefined,
      cacheSeconds: {},
      hashKey: undefined,
      newPerAsn: 10_000,
      newPerPrefix: 256,
      throttleLimit: 600,
      trustedProxies: [],
      clientIpHeader: 'x-forwarded-for',
      policyFile: undefined,
      mode: 'live',
      deadlineMs: 300,
      providers: ['offline'],
      vendorVariables: expect.any(VendorVariables),
      strategy: 'parallel',
      quorum: 1,
      combiner: 'max',
      weights: {},
      escalationBand: 10,
      redisUrl: undefined,
      databaseUrl: undefined,
      databaseSchema: 'ip_risk',
      retentionDays: 90,
      addressDays: 30,
      trustDays: 30,
      travelSpeedKmh: 900,
      travelMinKm: 300,
      dataDirectory: '.data',
      cityDb: undefined,
      asnDb: undefined,
      feeds: 'default',
      mayDownload: true,
      decisionLog: 'batched',
      alerts: {
        destination: { kind: 'log' },
        publicUrl: undefined,
        windowMs: 300_000,
        capPerHour: 60,
        groupBy: ['prefix', 'user', 'policy'],
        asksUsers: false,
      },
    });
  });

  it.each([
    ['DATABASE_URL', 'mysql://u:a-secret@host/db'],
    ['DATABASE_URL', 'localhost:5432'],
    ['IP_RISK_DATABASE_SCHEMA', 'Public; drop'],
    ['IP_RISK_RETENTION_DAYS', '0'],
    ['IP_RISK_ADDRESS_DAYS', '-1'],
    ['IP_RISK_TRUST_DAYS', '1.5'],
    ['IP_RISK_TRAVEL_SPEED_KMH', 'fast'],
    ['IP_RISK_TRAVEL_MIN_KM', '20001'],
  ])('refuses %s=%s in a sentence that names the variable and not a password', (name, value) => {
    const read = (): unknown => readServiceConfig({ [name]: value });
    expect(read).toThrow(new RegExp(`^${name} must be`));
    expect(read).not.toThrow(/a-secret/);
  });

  it('takes the login history from the environment, and shows no password of its database', () => {
    const config = readServiceConfig({
      DATABASE_URL: 'postgres://u:a-secret@host/db',
      IP_RISK_DATABASE_SCHEMA: 'logins_1',
      IP_RISK_ADDRESS_DAYS: '0',
      IP_RISK_TRAVEL_SPEED_KMH: '1000',
    });
    expect(config.databaseUrl?.reveal()).toBe('postgres://u:a-secret@host/db');
    expect(config).toMatchObject({ databaseSchema: 'logins_1', addressDays: 0, travelSpeedKmh: 1000 });
    expect(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config)).not.toContain('a-secret');
  });

  it('keeps the keys where they can be asked for and not read', () => {
    const config = readServiceConfig({ IP_RISK_API_KEYS: `${KEY}, ${KEY}-2` });
    expect(config.apiKeys.isRequired).toBe(true);
    expect([config.apiKeys.find(KEY), config.apiKeys.find(`${KEY}-2`)]).toEqual([expect.anything(), expect.anything()]);
    expect(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config)).not.toContain(KEY);
    expect(readServiceConfig({}).apiKeys.isRequired).toBe(false);
    const secrets = readServiceConfig({ REDIS_URL: `redis://:${KEY}@localhost`, IPSTACK_ACCESS_KEY: KEY });
    expect(inspect(secrets, { depth: 9, showHidden: true }) + JSON.stringify(secrets)).not.toContain(KEY);
    expect(secrets.redisUrl?.reveal()).toContain(KEY);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readServiceConfig({ PORT: '', IP_RISK_MODE: ' ', IP_RISK_NO_EGRESS: '' })).toEqual(readServiceConfig({}));
  });

  it('reads lists, numbers and flags', () => {
    const variables = { PORT: '8080', TRUSTED_PROXIES: 'loopback, 10.1.0.0/16', IP_RISK_NO_EGRESS: 'true' };
    expect(readServiceConfig(variables)).toMatchObject({
      port: 8080,
      trustedProxies: ['loopback', '10.1.0.0/16'],
      mayDownload: false,
    });
  });

  it('listens everywhere once there are keys, and where it is told', () => {
    expect(readServiceConfig({ IP_RISK_API_KEYS: KEY }).host).toBe('0.0.0.0');
    expect(readServiceConfig({ IP_RISK_API_KEYS: KEY, HOST: '10.0.0.5' }).host).toBe('10.0.0.5');
  });

  it.each(['127.0.0.1', '::1', 'localhost', '127.8.8.8'])('lets a service without keys listen on %s', (HOST) => {
    expect(readServiceConfig({ HOST }).host).toBe(HOST);
  });

  it.each(['0.0.0.0', '::', '10.0.0.5', 'example.com', '0127.0.0.1'])('keeps a service without keys off %s', (HOST) => {
    expect(() => readServiceConfig({ HOST })).toThrow(/^HOST: without IP_RISK_API_KEYS/);
  });

  it.each([
    ['PORT', 'abc'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['IP_RISK_DEADLINE_MS', '0'],
    ['IP_RISK_DEADLINE_MS', '1e999'],
    ['IP_RISK_MODE', 'shadow'],
    ['IP_RISK_NO_EGRESS', 'yes'],
    ['IP_RISK_API_KEYS', 'short'],
    ['IP_RISK_API_KEYS', 'short;limit=600000000'],
    ['IP_RISK_API_KEYS', `${KEY};limit=`],
    ['IP_RISK_API_KEYS', `${KEY};limit=-1`],
    ['IP_RISK_API_KEYS', `${KEY};limit=1e3`],
    ['IP_RISK_API_KEYS', `${KEY};limits=10`],
    ['IP_RISK_API_KEYS', `${KEY};limit=10;limit=20`],
    ['IP_RISK_THROTTLE_LIMIT', '-1'],
    ['IP_RISK_THROTTLE_LIMIT', '1.5'],
    ['IP_RISK_THROTTLE_LIMIT', 'off'],
    ['TRUSTED_PROXIES', 'true'],
    ['TRUSTED_PROXIES', '1'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', '::ffff:10.0.0.0/8'],
    ['IP_RISK_CLIENT_IP_HEADER', 'a header'],
    ['IP_RISK_FEED', 'none'],
    ['IP_RISK_HASH_KEY', ' '],
    ['IP_RISK_HASH_KEY', ' '.repeat(16)],
    ['IP_RISK_HASH_KEY', `fifteen-letters${' '.repeat(16)}`],
    ['IP_RISK_HASH_KEY', 'at-least-16-characters-of-your-own'],
    ['IP_RISK_CACHE_SECONDS', 'low=1,low=2'],
    ['IP_RISK_CACHE_SECONDS', 'failure=301'],
    ['IP_RISK_CACHE_SECONDS', 'low=2592001'],
    ['IP_RISK_WEIGHTS', 'unified=1,unified=1'],
  ])('refuses %s=%s with a sentence that names the variable', (name, value) => {
    expect(() => readServiceConfig({ [name]: value })).toThrow(InvalidConfigurationError);
    expect(() => readServiceConfig({ [name]: value })).toThrow(name);
  });

  it.each(['tooshort', 'not-a-key-9876543210;limit=many'])('never puts a key into its error: %s', (entry) => {
    expect(() => readServiceConfig({ IP_RISK_API_KEYS: `${KEY},${entry}` })).toThrow(
      expect.not.objectContaining({ message: expect.stringMatching(/tooshort|not-a-key|many/) }),
    );
  });

  it('takes a hash key with blanks in it, and none', () => {
    const hashKey = 'a secret of the tests';
    expect(readServiceConfig({ IP_RISK_HASH_KEY: hashKey }).hashKey?.reveal()).toBe(hashKey);
    expect(readServiceConfig({ IP_RISK_HASH_KEY: '' }).hashKey).toBeUndefined();
  });

  it('reads seconds of the cache by the names of the library', () => {
    expect(readServiceConfig({ IP_RISK_CACHE_SECONDS: 'failure=300,stale-if-error=2592000' }).cacheSeconds).toEqual({
      failure: 300,
      staleIfError: 2_592_000,
    });
  });

  it('reads the limits of requests', () => {
    const config = readServiceConfig({ IP_RISK_THROTTLE_LIMIT: '0', IP_RISK_API_KEYS: `${KEY};limit=6000` });
    expect([config.throttleLimit, config.apiKeys.find(KEY)?.limit]).toEqual([0, 6000]);
  });
});

import { isIPv4, isIPv6 } from 'node:net';
import { InvalidConfigurationError } from '../errors/ip-risk.error.js';

export type RedisKind = 'single' | 'sentinel' | 'cluster';

export interface RedisHost {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

interface Parts {
  readonly kind: RedisKind;
  readonly isTls: boolean;
  readonly hosts: readonly RedisHost[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly masterName: string | undefined;
  readonly db: number;
}

const FORM = /^(redis|rediss)(\+sentinel|\+cluster)?:\/\/(?:([^@/?#\s]*)@)?([^@/?#\s]+)(\/[^@?#\s]*)?$/;
const KINDS: Readonly<Record<string, RedisKind>> = { '+sentinel': 'sentinel', '+cluster': 'cluster' };
const DEFAULT_PORT: Readonly<Record<RedisKind, number>> = { single: 6379, sentinel: 26_379, cluster: 6379 };
const HOST = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::(\d{1,5}))?$/;
const HOST_NAME = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?$/i;
const MASTER = /^\/([\w.-]+)(?:\/(\d{1,5}))?$/;

/**
 * Where Redis is:
 *
 * - `redis://[user:password@]host[:port][/database]`: one server (6379, database 0)
 * - `redis+sentinel://[user:password@]host[:port],…/master[/database]`: the master that Sentinels know by that name (26379)
 * - `redis+cluster://[user:password@]host[:port],…`: a Redis Cluster by some of its nodes (6379)
 *
 * With `rediss` in place of `redis` the connections are encrypted. The user may be empty; both are percent-encoded.
 */
export class RedisUrl {
  readonly kind: RedisKind;
  readonly isTls: boolean;
  readonly hosts: readonly RedisHost[];
  readonly user: string | undefined;
  /** The name by which the Sentinels know the master. */
  readonly masterName: string | undefined;
  readonly db: number;
  readonly #password: string | undefined;

  private constructor({ password, ...parts }: Parts) {
    this.kind = parts.kind;
    this.isTls = parts.isTls;
    this.hosts = parts.hosts;
    this.user = parts.user;
    this.masterName = parts.masterName;
    this.db = parts.db;
    this.#password = password;
  }

  /**
   * @param setting names it in errors.
   * @throws InvalidConfigurationError whose sentence holds no part of the text.
   */
  static parse(text: string, setting = 'The URL of Redis'): RedisUrl {
    const parts = partsOf(text);
    if (typeof parts === 'string') throw new InvalidConfigurationError(`${setting} ${parts}.`);
    return new RedisUrl(parts);
  }

  revealPassword(): string | undefined {
    return this.#password;
  }
}

/** @returns what is wrong with it, where something is. */
function partsOf(text: string): Parts | string {
  const [, scheme, suffix = '', userinfo, hostList = '', path = ''] = FORM.exec(text) ?? [];
  if (scheme === undefined) {
    return (
      'must be a URL such as redis://localhost:6379, redis+sentinel://host:26379/mymaster or ' +
      'redis+cluster://host:7000,host:7001; special characters of a password are percent-encoded'
    );
  }
  const kind = KINDS[suffix] ?? 'single';
  const login = loginOf(userinfo);
  if (typeof login === 'string') return login;
  const hosts = hostList.split(',').map((host) => hostOf(host, DEFAULT_PORT[kind]));
  if (!hosts.every((host) => host !== undefined)) {
    return 'must name hosts as host:port, with IPv6 addresses in brackets and ports from 1 to 65535';
  }
  if (kind === 'single' && hosts.length > 1) {
    return 'names several hosts, which only redis+sentinel:// and redis+cluster:// take';
  }
  const place = placeOf(kind, path);
  if (typeof place === 'string') return place;
  return { kind, isTls: scheme === 'rediss', hosts, ...login, ...place };
}

function loginOf(userinfo: string | undefined): Pick<Parts, 'user' | 'password'> | string {
  if (userinfo === undefined) return { user: undefined, password: undefined };
  const colon = userinfo.indexOf(':');
  const user = decoded(userinfo.slice(0, Math.max(colon, 0)));
  const password = decoded(userinfo.slice(colon + 1));
  if (colon === -1 || password === '') return 'must name a password after its user, as in user:password@host';
  if (user === undefined || password === undefined) return 'has a user or password that is not percent-encoded';
  return { user: user === '' ? undefined : user, password };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function hostOf(text: string, defaultPort: number): RedisHost | undefined {
  const [, ipv6, name = '', port] = HOST.exec(text) ?? [];
  const number = port === undefined ? defaultPort : Number(port);
  if (number < 1 || number > 65_535) return undefined;
  if (ipv6 !== undefined) return isIPv6(ipv6) ? { host: ipv6, port: number } : undefined;
  // 127.1 and 010.0.0.1 are read as one address by some and as another by others.
  const isHost = /^[\d.]+$/.test(name) ? isIPv4(name) : HOST_NAME.test(name);
  return isHost ? { host: name, port: number } : undefined;
}

function placeOf(kind: RedisKind, path: string): Pick<Parts, 'masterName' | 'db'> | string {
  if (kind === 'sentinel') {
    const [, masterName, db = '0'] = MASTER.exec(path) ?? [];
    if (masterName === undefined) return 'must name the master after the Sentinels, as in /mymaster';
    return { masterName, db: Number(db) };
  }
  const db = /^\/?(\d{0,5})$/.exec(path)?.[1];
  if (db === undefined) return 'must end after the hosts, or in the number of a database';
  if (kind === 'cluster' && db !== '') return 'must name no database: a Redis Cluster has one only';
  return { masterName: undefined, db: Number(db) };
}

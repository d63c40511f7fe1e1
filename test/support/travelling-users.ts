import { CLOCK, IP_INTELLIGENCE_PROVIDERS, type IpLocation } from 'nestjs-ip-risk';
import { FakeProvider } from 'nestjs-ip-risk/testing';
import type { Clock } from '../../src/common/clock/clock.js';
import type { ServiceConfig } from '../../src/common/config/service-config.js';
import { AlertsLifecycle } from '../../src/modules/notifications/alerts.lifecycle.js';
import { DatabaseLifecycle } from '../../src/modules/ip-risk/database.lifecycle.js';
import {
  DATABASE,
  type Database,
  type DatabaseReport,
  type DatabaseSession,
  type QueryResult,
  type SqlValue,
} from '../../src/modules/storage/database.js';
import { dispose, type TestDatabases } from './databases.js';
import type { Answer, Call } from './http-client.js';
import { ServiceApp } from './service-app.js';

/** Where users of the tests log in from; every address is in a network of its own. */
export const ADDRESSES = {
  paris: '90.1.1.1',
  /** The same city, another network. */
  parisToo: '90.9.1.1',
  lyon: '90.2.1.1',
  tokyo: '126.1.1.1',
  /** The network of `tokyo`, another address. */
  tokyoNextDoor: '126.1.1.77',
  osaka: '126.9.1.1',
  /** In New York, through a VPN. */
  vpn: '185.1.1.1',
  /** In Nuremberg, in a data centre. */
  server: '5.9.1.1',
  /** Somewhere in Brazil. */
  brazil: '200.1.1.1',
  internal: '10.1.2.3',
  unanswered: '91.1.1.1',
} as const;

const place = (
  countryCode: string,
  region: string,
  city: string,
  at: readonly [number, number],
): Partial<IpLocation> => ({
  countryCode,
  region,
  city,
  latitude: at[0],
  longitude: at[1],
});
const PARIS = place('FR', 'Île-de-France', 'Paris', [48.8566, 2.3522]);
const TOKYO = place('JP', 'Tokyo', 'Chiyoda', [35.694, 139.754]);
const CLEAN = { isTorExitNode: false } as const;

const intelligence = (): FakeProvider =>
  new FakeProvider({
    answers: {
      [ADDRESSES.paris]: { facts: CLEAN, location: PARIS, network: { asn: 3215 } },
      [ADDRESSES.parisToo]: { facts: CLEAN, location: PARIS, network: { asn: 12322 } },
      [ADDRESSES.lyon]: { facts: CLEAN, location: place('FR', 'Rhône', 'Lyon', [45.764, 4.8357]) },
      [ADDRESSES.tokyo]: { facts: CLEAN, location: TOKYO, network: { asn: 2516 } },
      [ADDRESSES.tokyoNextDoor]: { facts: CLEAN, location: TOKYO, network: { asn: 2516 } },
      [ADDRESSES.osaka]: { facts: CLEAN, location: place('JP', 'Osaka', 'Osaka', [34.6937, 135.5023]) },
      [ADDRESSES.vpn]: {
        facts: { isAnonymousVpn: true },
        location: place('US', 'New York', 'New York', [40.7128, -74.006]),
        network: { asn: 9009 },
      },
      [ADDRESSES.server]: {
        facts: { isHostingProvider: true },
        location: place('DE', 'Bavaria', 'Nuremberg', [49.4521, 11.0767]),
        network: { asn: 24940 },
      },
      [ADDRESSES.brazil]: { facts: CLEAN, location: { countryCode: 'BR' } },
      [ADDRESSES.unanswered]: 'PROVIDER_TIMEOUT',
    },
    otherwise: { facts: CLEAN },
  });

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Login {
  readonly user_id: string;
  readonly ip_address: string;
  readonly ts?: unknown;
  readonly event_id?: unknown;
  readonly claimed_country?: unknown;
  readonly policy?: unknown;
}

/** A database in whose place another one can be put. */
class SwitchedDatabase implements Database {
  readonly schema: string;

  constructor(public now: Database) {
    this.schema = now.schema;
  }

  open(): Promise<void> {
    return this.now.open();
  }

  query<Row>(text: string, values?: readonly SqlValue[]): Promise<QueryResult<Row>> {
    return this.now.query(text, values);
  }

  transaction<T>(work: (session: DatabaseSession) => Promise<T>): Promise<T> {
    return this.now.transaction(work);
  }

  report(): DatabaseReport {
    return this.now.report();
  }

  close(): Promise<void> {
    return this.now.close();
  }

  openGuest(): Promise<never> {
    return Promise.reject(new Error('Nobody is a guest here.'));
  }
}

/** The service over a database of its own, with providers that know {@link ADDRESSES}. */
export class TravellingUsers {
  private constructor(
    readonly service: ServiceApp,
    readonly database: Database,
    private readonly switched: SwitchedDatabase,
    private readonly headers: Call['headers'],
  ) {}

  static async start(
    databases: TestDatabases,
    settings: Partial<ServiceConfig> = {},
    { clock, headers = [] }: { readonly clock?: Clock; readonly headers?: Call['headers'] } = {},
  ): Promise<TravellingUsers> {
    const database = await databases.create();
    const switched = new SwitchedDatabase(database);
    const service = await ServiceApp.start(settings, (builder) => {
      builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([intelligence()]);
      builder.overrideProvider(DATABASE).useValue(switched);
      // Its upkeep comes some seconds after the start, when a test may be looking at what it changes.
      builder.overrideProvider(DatabaseLifecycle).useValue({});
      // Alerts stay where a test raised them.
      builder.overrideProvider(AlertsLifecycle).useValue({});
      if (clock !== undefined) builder.overrideProvider(CLOCK).useValue(clock);
    });
    return new TravellingUsers(service, database, switched, headers);
  }

  /** Puts another database in the place of the service's own, which costs no start of a service. */
  use(database: Database): void {
    this.switched.now = database;
  }

  logIn(login: Login): Promise<Answer> {
    return this.service.http.post('/v1/logins', login, this.headers);
  }

  get(path: string): Promise<Answer> {
    return this.call(path, {});
  }

  call(path: string, call: Call): Promise<Answer> {
    return this.service.http.call(path, { ...call, headers: [...(this.headers ?? []), ...(call.headers ?? [])] });
  }

  /** @param rest of the path after the user, such as `/journey`. */
  user(id: string, rest = '', call: Call = {}): Promise<Answer> {
    return this.call(`/v1/users/${encodeURIComponent(id)}${rest}`, call);
  }

  async close(): Promise<void> {
    await this.service.close();
    await dispose(this.database);
  }
}

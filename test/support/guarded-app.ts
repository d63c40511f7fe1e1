import type { Server, Socket } from 'node:net';
import { All, Controller, Req, type INestApplication, type ModuleMetadata, type Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  IpRisk,
  IpRiskModule,
  type GuardedRequest,
  type IpRiskModuleOptions,
  type IpRiskRouteOptions,
} from 'nestjs-ip-risk';
import { HttpClient } from './http-client.js';
import { StubProvider } from './stub-provider.js';
import { testRedis } from './test-redis.js';

export type AdapterFactory = () => AbstractHttpAdapter;

/** For `describe.each`. */
export const ADAPTERS: readonly (readonly [name: string, adapter: AdapterFactory])[] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];

export interface GuardedAppOptions {
  readonly adapter?: AdapterFactory;
  readonly controllers: readonly Type[];
  readonly options?: Partial<IpRiskModuleOptions>;
  readonly imports?: ModuleMetadata['imports'];
  readonly providers?: ModuleMetadata['providers'];
  /** Before the module is compiled: overrides. */
  readonly override?: (builder: TestingModuleBuilder) => unknown;
  /** Before the app listens: prefix, versions. */
  readonly configure?: (app: INestApplication) => unknown;
}

/** An app on a free port of this machine, with its stub and a client for it. */
export class GuardedApp {
  private constructor(
    readonly app: INestApplication,
    readonly stub: StubProvider,
    readonly http: HttpClient,
  ) {}

  /** Its peer, the test, is the trusted proxy: `X-Forwarded-For` plays public clients. */
  static async start({ options, imports = [], ...given }: GuardedAppOptions): Promise<GuardedApp> {
    const stub = new StubProvider('vendor');
    const redis = await testRedis();
    const shared = redis === undefined ? {} : { redis };
    const library = IpRiskModule.forRoot({ providers: [stub], trustedProxies: ['loopback'], ...shared, ...options });
    return GuardedApp.of(stub, { ...given, imports: [library, ...imports] });
  }

  /** The same without an `IpRiskModule`, which `imports` must bring. */
  static async of(stub: StubProvider, given: Omit<GuardedAppOptions, 'options'>): Promise<GuardedApp> {
    const { adapter = () => new ExpressAdapter(), controllers, imports = [], providers = [] } = given;
    const builder = Test.createTestingModule({ imports, providers, controllers: [...controllers] });
    given.override?.(builder);
    const app = (await builder.compile()).createNestApplication(adapter(), { logger: false });
    given.configure?.(app);
    await app.listen(0, '127.0.0.1');
    return new GuardedApp(app, stub, new HttpClient(await app.getUrl()));
  }

  async close(): Promise<void> {
    this.http.close();
    await this.app.close();
  }
}

/** Lets every connection come from that address, as far as the app can see. */
export function connectFrom(peer: string, app: INestApplication): void {
  (app.getHttpServer() as Server).prependListener('connection', (socket: Socket) => {
    Object.defineProperty(socket, 'remoteAddress', { value: peer });
  });
}

/** What a handler of {@link controllerOf} answers: it ran, and this is what it was given. */
export interface Ran {
  readonly ran: true;
  readonly risk: GuardedRequest['ipRisk'];
  readonly requireMfa: boolean | undefined;
}

/** A controller under `path` with one handler for every name, guarded by `@IpRisk()` of the name's options. */
export function controllerOf(
  path: string,
  routes: Readonly<Record<string, IpRiskRouteOptions | undefined>>,
  decorators: readonly ClassDecorator[] = [],
  parent: Type = Object,
): Type {
  class GeneratedController extends parent {}
  const { prototype } = GeneratedController;
  for (const [name, options] of Object.entries(routes)) {
    const value = ({ ipRisk, requireMfa }: GuardedRequest): Ran => ({ ran: true, risk: ipRisk, requireMfa });
    const descriptor = { value, configurable: true, writable: true };
    Object.defineProperty(value, 'name', { value: name });
    Object.defineProperty(prototype, name, descriptor);
    All(name)(prototype, name, descriptor);
    Req()(prototype, name, 0);
    if (options !== undefined) IpRisk(options)(prototype, name, descriptor);
  }
  for (const decorate of [Controller(path), ...decorators]) decorate(GeneratedController);
  return GeneratedController;
}

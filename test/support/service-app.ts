import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { SecretText } from '../../src/common/secrets/secret-text.js';
import { readServiceConfig, serviceConfig, type ServiceConfig } from '../../src/common/config/service-config.js';
import { serviceAdapter } from '../../src/service-adapter.js';
import { HttpClient } from './http-client.js';
import { testRedis } from './test-redis.js';

/** The service with the shipped data, on a free port of this machine, without any environment or download. */
export class ServiceApp {
  private constructor(
    readonly app: INestApplication,
    readonly http: HttpClient,
    private readonly dataDirectory: string,
  ) {}

  static async start(
    settings: Partial<ServiceConfig> = {},
    override: (builder: TestingModuleBuilder) => unknown = () => undefined,
  ): Promise<ServiceApp> {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'ip-risk-service-'));
    const config: ServiceConfig = {
      ...readServiceConfig({ IP_RISK_FEEDS: 'none', IP_RISK_DATA_DIR: dataDirectory, PORT: '0' }),
      host: '127.0.0.1',
      trustedProxies: ['loopback'],
      // What is kept of decisions has specs of its own, and would have each of these make a database.
      decisionLog: 'off',
      // Specs ask thousands of times a minute from one address.
      throttleLimit: 1_000_000,
      // What says where its own Redis is also says how it is shared.
      ...(settings.redisUrl === undefined ? await sharedState() : {}),
      ...settings,
    };
    const builder = Test.createTestingModule({ imports: [AppModule] });
    builder.overrideProvider(serviceConfig.KEY).useValue(config);
    override(builder);
    const app = (await builder.compile()).createNestApplication(serviceAdapter(), { logger: false, bodyParser: false });
    await app.listen(config.port, config.host);
    return new ServiceApp(app, new HttpClient(await app.getUrl()), dataDirectory);
  }

  async close(): Promise<void> {
    this.http.close();
    await this.app.close();
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }
}

async function sharedState(): Promise<Partial<ServiceConfig>> {
  const redis = await testRedis();
  return redis === undefined ? {} : { redisUrl: new SecretText(redis.url), hashKey: new SecretText(redis.hashKey) };
}

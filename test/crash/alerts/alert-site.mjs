// The service with what it depends on: a PostgreSQL, a Redis that keeps nothing, and a Novu that is never killed.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxServer } from '../../../dist/sandbox/sandbox-server.js';
import { freePort, isRedisInstalled } from '../../scale/redis-server.mjs';
import { PrivatePostgres } from '../stores/private-postgres.mjs';
import { KillableRedis } from './killable-redis.mjs';
import { KillableService } from './killable-service.mjs';

const HASH_KEY = 'the-crash-run-has-a-key-of-its-own';

export class AlertSite {
  #parts = [];

  /** @returns why it cannot be played here. */
  static missing() {
    return PrivatePostgres.missing() ?? (isRedisInstalled() ? undefined : 'redis-server is not installed');
  }

  static async start(directory) {
    const site = new AlertSite();
    site.novu = await site.#with(await SandboxServer.start(), (novu) => novu.close());
    site.postgres = await site.#with(await PrivatePostgres.create(), (postgres) => postgres.remove());
    await site.postgres.start();
    const own = (name) => mkdtempSync(join(directory, `${name}-`));
    site.redis = await site.#with(await KillableRedis.create(own('redis')), (redis) => redis.kill());
    await site.redis.start();
    const settings = {
      DATABASE_URL: site.postgres.url,
      REDIS_URL: site.redis.url,
      IP_RISK_HASH_KEY: HASH_KEY,
      IP_RISK_DECISION_LOG: 'durable',
      NOVU_SECRET_KEY: 'sandbox',
      NOVU_SERVER_URL: site.novu.baseUrls.novu,
      IP_RISK_ALERT_RECIPIENTS: 'subscriber:soc',
      IP_RISK_ALERT_CAP: '100000',
    };
    const service = new KillableService(own('service'), await freePort(), settings);
    site.service = await site.#with(service, (started) => started.kill());
    await service.start();
    return site;
  }

  async crash(what) {
    if (what === 'app') await this.service.kill();
    else if (what === 'redis') await this.redis.kill();
    else await this.postgres.kill();
  }

  async recover(what) {
    if (what === 'app') await this.service.start();
    else if (what === 'redis') await this.redis.start();
    else await this.postgres.start();
  }

  async stop() {
    for (const end of this.#parts.reverse()) await end();
    this.#parts = [];
  }

  async #with(part, end) {
    this.#parts.push(() => end(part));
    return part;
  }
}

// What a part of the run starts; all of it ends with the part, also when that fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../faults/child.mjs';
import { RedisCluster } from './redis-cluster.mjs';
import { RedisServer } from './redis-server.mjs';
import { ServiceProcess, vendorSettings } from './service-process.mjs';

/** Seals what the processes of the run share. */
export const HASH_KEY = 'the-scale-run-seals-with-this';

/** Requests that the sandbox counts for one lookup. */
const REQUESTS_PER_LOOKUP = { apiverve: 4 };

export class Stage {
  #directory = mkdtempSync(join(tmpdir(), 'ip-risk-scale-'));
  #started = [];
  #sandbox;

  redis(options) {
    return this.keep(RedisServer.start(this.#directory, options));
  }

  cluster() {
    return this.keep(RedisCluster.start(this.#directory));
  }

  folder(name) {
    return mkdtempSync(join(this.#directory, `${name}-`));
  }

  /** Something else that is to be stopped. */
  async keep(starting) {
    const started = await starting;
    this.#started.push(started);
    return started;
  }

  /** A process of the run's own, asked over IPC. */
  child(script, execArgv = []) {
    const child = new Child(join('../scale', script), this.folder('child'), [], execArgv);
    this.#started.push(child);
    return child;
  }

  async startSandbox() {
    this.#sandbox = new Child('sandbox-process.mjs', this.folder('sandbox'));
    this.#started.push(this.#sandbox);
    this.baseUrls = await this.#sandbox.ask('base-urls');
  }

  /** So many services with the same settings and these vendors of the sandbox. */
  services(count, vendors, settings) {
    const all = { ...vendorSettings(vendors, this.baseUrls), IP_RISK_HASH_KEY: HASH_KEY, ...settings };
    return Promise.all(Array.from({ length: count }, () => this.keep(ServiceProcess.start(this.#directory, all))));
  }

  /** Lookups that the vendor was asked for so far. */
  async lookupsAt(vendor) {
    const { requests } = await this.#sandbox.ask('counts', { vendor });
    return requests / (REQUESTS_PER_LOOKUP[vendor] ?? 1);
  }

  breakVendor(vendor, fault) {
    return this.#sandbox.ask('break', { vendor, fault });
  }

  /** Ends something before the part does. */
  async end(started) {
    this.#started = this.#started.filter((other) => other !== started);
    await started.stop();
  }

  /** Ends everything, whatever does not let itself be ended. */
  async close() {
    const ended = await Promise.allSettled(this.#started.splice(0).map((started) => started.stop()));
    rmSync(this.#directory, { recursive: true, force: true });
    const failed = ended.find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

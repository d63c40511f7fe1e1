// The service as it is shipped, dist/main.js, in a process of its own and set up by its environment alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
const MOST_WAIT_MS = 60_000;
const POLL_MS = 25;

export class ServiceProcess {
  #process;
  #logFile;

  static async start(directory, settings) {
    const service = new ServiceProcess();
    const own = mkdtempSync(join(directory, 'service-'));
    service.#logFile = join(own, 'log');
    // A file and not a pipe: a full pipe would hold the service up until the run has time to read.
    const log = openSync(service.#logFile, 'w');
    const base = { PATH: process.env.PATH, NO_COLOR: '1', PORT: '0', HOST: '127.0.0.1', TRUSTED_PROXIES: 'loopback' };
    service.#process = spawn(process.execPath, [MAIN], {
      cwd: own,
      stdio: ['ignore', log, log],
      env: {
        ...base,
        IP_RISK_FEEDS: 'none',
        IP_RISK_DATA_DIR: own,
        IP_RISK_THROTTLE_LIMIT: '0',
        IP_RISK_DECISION_LOG: 'off',
        ...settings,
      },
    });
    closeSync(log);
    service.port = await service.#listens();
    return service;
  }

  get log() {
    return readFileSync(this.#logFile, 'utf8');
  }

  async stop() {
    if (this.#hasEnded) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
  }

  get #hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async #listens() {
    const startedAt = performance.now();
    for (;;) {
      const port = /Listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(this.log)?.[1];
      if (port !== undefined) return Number(port);
      const isLate = performance.now() - startedAt > MOST_WAIT_MS;
      if (isLate || this.#hasEnded) throw new Error(`The service did not start:\n${this.log}`);
      await wait(POLL_MS);
    }
  }
}

/** The service's settings for these vendors of the sandbox. */
export function vendorSettings(vendors, baseUrls) {
  const settings = { IP_RISK_PROVIDERS: vendors.join(',') };
  for (const vendor of vendors) {
    const { prefix, key } = VARIABLES[vendor];
    settings[key] = 'sandbox';
    settings[`${prefix}_BASE_URL`] = baseUrls[vendor];
  }
  return settings;
}

const VARIABLES = {
  ipstack: { prefix: 'IPSTACK', key: 'IPSTACK_ACCESS_KEY' },
  beltic: { prefix: 'BELTIC', key: 'BELTIC_API_KEY' },
  ipgeolocation: { prefix: 'IPGEO', key: 'IPGEO_API_KEY' },
  apiverve: { prefix: 'APIVERVE', key: 'APIVERVE_KEY' },
  abuseipdb: { prefix: 'ABUSEIPDB', key: 'ABUSEIPDB_API_KEY' },
  ipqualityscore: { prefix: 'IPQS', key: 'IPQS_API_KEY' },
};

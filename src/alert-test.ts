// `npm run alert:test`: one alert through the whole chain, to where the settings send alerts. Where they name nobody, to
// the Novu of the sandbox, with a database and a queue of its own: alerts of a running service are none of its business.
import './favour-memory.js';
import 'reflect-metadata';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { tryAlert } from './alert-trial.js';
import { AppModule } from './app.module.js';
import { serviceConfig } from './common/config/service-config.js';
import { IpRiskError } from './common/errors/ip-risk.error.js';
import { ChannelHealth } from './modules/alerting/channel-health.js';
import { AlertDeliveries } from './modules/alerting/outbox/alert-deliveries.js';
import { AlertOutbox } from './modules/alerting/outbox/alert-outbox.js';
import { serviceAdapter } from './service-adapter.js';

const SANDBOX = join(import.meta.dirname, 'sandbox/main.js');
const ON_SANDBOX = '--on-sandbox';
const LONGEST_STOP_MS = 9000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  const { alerts } = await Promise.resolve(serviceConfig());
  const isForNobody = alerts.destination.kind === 'log' && !process.argv.includes(ON_SANDBOX);
  process.exitCode = isForNobody ? await runOnSandbox() : await run();
} catch (error) {
  process.stderr.write(`No alert was sent. ${error instanceof IpRiskError ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}

async function run(): Promise<number> {
  // The service, which listens nowhere: its REST API cannot be made without a server.
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, serviceAdapter(), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
    bodyParser: false,
  });
  try {
    await app.init();
    const chain = {
      outbox: app.get(AlertOutbox, { strict: false }),
      deliveries: app.get(AlertDeliveries, { strict: false }),
      health: app.get(ChannelHealth, { strict: false }),
      say,
    };
    return (await tryAlert(chain)) ? 0 : 1;
  } finally {
    setTimeout(() => process.exit(), LONGEST_STOP_MS).unref();
    await app.close();
  }
}

async function runOnSandbox(): Promise<number> {
  if (!existsSync(SANDBOX)) {
    say('Alerts go to the log. Set NOVU_SECRET_KEY or IP_RISK_ALERT_WEBHOOK_URL to try the way to people.');
    return 1;
  }
  say('Alerts go to the log, so this one goes to the Novu of the sandbox, over a database that is removed afterwards.');
  const sandbox = spawn(process.execPath, [SANDBOX, '--only', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const directory = await mkdtemp(join(tmpdir(), 'ip-risk-alert-test-'));
  try {
    const url = await urlOf(sandbox);
    const exitCode = await runItself(settingsFor(url, directory));
    for (const trigger of await triggersOf(url)) say(`Novu was given ${trigger}`);
    return exitCode;
  } finally {
    sandbox.kill();
    await rm(directory, { recursive: true, force: true });
  }
}

function settingsFor(sandboxUrl: string, directory: string): Readonly<Record<string, string>> {
  return {
    NOVU_SECRET_KEY: 'sandbox',
    NOVU_SERVER_URL: `${sandboxUrl}/novu`,
    IP_RISK_ALERT_RECIPIENTS: 'subscriber:soc',
    IP_RISK_ALERT_USERS: 'false',
    IP_RISK_PROVIDERS: 'offline',
    IP_RISK_FEEDS: 'none',
    IP_RISK_NO_EGRESS: 'false',
    IP_RISK_DATA_DIR: directory,
    DATABASE_URL: '',
    REDIS_URL: '',
    CACHE_REDIS_URL: '',
  };
}

async function runItself(settings: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, [import.meta.filename, ON_SANDBOX], {
    stdio: 'inherit',
    // The child's environment is this one and the settings; nothing is read out of it here.
    // eslint-disable-next-line no-restricted-syntax
    env: { ...process.env, ...settings },
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout !== null) {
    for await (const line of createInterface(stdout)) {
      const url = /^Sandbox on (http:\S+) /.exec(line)?.[1];
      if (url !== undefined) return url;
    }
  }
  throw new TypeError('The sandbox ended before it listened.');
}

/** What arrived at the sandbox's Novu. */
async function triggersOf(sandboxUrl: string): Promise<string[]> {
  const response = await fetch(`${sandboxUrl}/_sandbox/triggers`);
  const triggers = (await response.json()) as Readonly<Record<string, unknown>>[];
  return triggers.map(({ name, to, transactionId, idempotencyKey, payload }) =>
    JSON.stringify({ workflow: name, to, transactionId, idempotencyKey, payload }, undefined, 2),
  );
}

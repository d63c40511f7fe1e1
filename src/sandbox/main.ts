#!/usr/bin/env node
// `npm run sandbox`: the sandbox, and beside it the service with every vendor pointed at it. No account, no network.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PERSONAS } from './personas.js';
import { SandboxServer } from './sandbox-server.js';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '4010' }, only: { type: 'boolean', default: false } },
});

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const sandbox = await SandboxServer.start({ port: Number(values.port) });
say(`Sandbox on ${sandbox.url} speaks: ${Object.keys(sandbox.baseUrls).join(', ')}.`);
for (const { name, ipv4, ipv6 = '' } of PERSONAS) say(`  ${name.padEnd(18)} ${ipv4.padEnd(16)} ${ipv6}`);
say(`Break a vendor: curl -X PUT ${sandbox.url}/_sandbox/faults/ipstack -d '{"kind":"hang"}'`);

const { ipstack, beltic, ipgeolocation, apiverve, abuseipdb, ipqualityscore, novu } = sandbox.baseUrls;
const settings = {
  IP_RISK_PROVIDERS: 'ipstack,beltic,ipgeolocation,apiverve,abuseipdb,ipqualityscore,offline',
  IPSTACK_ACCESS_KEY: 'sandbox',
  IPSTACK_BASE_URL: ipstack,
  BELTIC_API_KEY: 'sandbox',
  BELTIC_BASE_URL: beltic,
  IPGEO_API_KEY: 'sandbox',
  IPGEO_BASE_URL: ipgeolocation,
  APIVERVE_KEY: 'sandbox',
  APIVERVE_BASE_URL: apiverve,
  ABUSEIPDB_API_KEY: 'sandbox',
  ABUSEIPDB_BASE_URL: abuseipdb,
  IPQS_API_KEY: 'sandbox',
  IPQS_BASE_URL: ipqualityscore,
  IP_RISK_FEEDS: 'none',
  NOVU_SECRET_KEY: 'sandbox',
  NOVU_SERVER_URL: novu,
  IP_RISK_ALERT_RECIPIENTS: 'subscriber:soc',
  // The sandbox's credits are not those of a Redis that the environment may name.
  REDIS_URL: '',
};

if (values.only) {
  say('Settings for a service of your own:');
  for (const [name, value] of Object.entries(settings)) say(`${name}=${value}`);
} else {
  startService();
}

function startService(): void {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../main.js')], {
    stdio: 'inherit',
    // The child's environment is this one and the settings; nothing is read out of it here.
    // eslint-disable-next-line no-restricted-syntax
    env: { ...process.env, ...settings },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  child.once('exit', (code) => {
    void sandbox.close().then(() => process.exit(code ?? 1));
  });
}

// The fault run: every fault of the sandbox x six vendors x fail-open and fail-closed, held against the promises.
//   --short             a few requests, faults and vendors, and no waiting for recovery
//   --express           Express instead of Fastify
//   --vendor ipstack    that vendor only
//   --fault "status 5"  faults whose name begins so
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CanarySearch, plantKey } from './canaries.mjs';
import { runCell } from './cell.mjs';
import { Child } from './child.mjs';
import { HEALTHY, MODES, nameOf, SHORT_ROUND, VARIANTS, VENDORS } from './fault-matrix.mjs';
import { PAUSES, recover } from './recovery.mjs';
import { Report } from './report.mjs';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    express: { type: 'boolean', default: false },
    vendor: { type: 'string' },
    fault: { type: 'string' },
  },
});

const { short: isShort, vendor: onlyVendor, fault: onlyFaults } = values;
const requests = isShort ? 20 : 200;
const vendors = VENDORS.filter(({ name }) =>
  onlyVendor === undefined ? !isShort || SHORT_ROUND.vendors.includes(name) : name === onlyVendor,
);
const variants = VARIANTS.filter((variant) =>
  onlyFaults === undefined
    ? !isShort || SHORT_ROUND.faults.includes(nameOf(variant))
    : nameOf(variant).startsWith(onlyFaults),
);
if (vendors.length === 0 || variants.length === 0) throw new Error('There is no such vendor or fault.');

/** Also in the short round: an app that has done little yet still grows. */
const WARM_UP_REQUESTS = 200;

const directory = mkdtempSync(join(tmpdir(), 'ip-risk-faults-'));
const adapter = values.express ? 'express' : 'fastify';
const app = new Child('app-process.mjs', directory, [adapter], ['--expose-gc']);
const sandbox = new Child('sandbox-process.mjs', directory);
const planted = VENDORS.map(({ name }) => plantKey(name));
const stage = {
  app,
  sandbox,
  canaries: new CanarySearch(planted),
  keys: new Map(planted.map(({ vendor, key }) => [vendor, key])),
  urls: new Map(),
};
const report = new Report({ adapter, requests });

async function runMatrix() {
  for (const vendor of vendors) {
    for (const variant of variants) {
      for (const mode of MODES) report.cell(await runCell(stage, vendor, variant, mode, requests));
    }
    report.vendor(vendor, await app.ask('memory'));
  }
}

/** What a process takes once, such as compiled code and pools of buffers, is no leak. */
async function warmUp() {
  for (const vendor of vendors) {
    for (const mode of MODES) report.cell(await runCell(stage, vendor, HEALTHY, mode, WARM_UP_REQUESTS));
  }
  report.warm(await app.ask('memory'));
}

try {
  stage.baseUrls = await sandbox.ask('base-urls');
  await warmUp();
  await runMatrix();
  report.matrixEnded(await app.ask('memory'));
  if (!isShort) for (const pause of PAUSES) report.recovery(await recover(stage, vendors, pause));
  report.canaries(stage.canaries);
  process.exitCode = report.summary() ? 0 : 1;
} finally {
  await Promise.all([app.stop(), sandbox.stop()]);
  rmSync(directory, { recursive: true, force: true });
}

// Prints ratios of things measured side by side in this run. Absolute figures are for orientation: machines differ.
import { benchAssessment } from './assessment.bench.mjs';
import { benchBulk } from './bulk.bench.mjs';
import { benchDecisions } from './decisions.bench.mjs';
import { benchGuard } from './guard.bench.mjs';
import { benchLogins } from './logins.bench.mjs';
import { benchRedis } from './redis.bench.mjs';
import { benchScaleOut } from './scale-out.bench.mjs';
import { benchTutorial } from './tutorial.bench.mjs';
import { benchVendors } from './vendors.bench.mjs';
import { benchService } from './service.bench.mjs';

const parts = {
  assessment: benchAssessment,
  guard: benchGuard,
  decisions: benchDecisions,
  tutorial: benchTutorial,
  redis: benchRedis,
  bulk: benchBulk,
  vendors: benchVendors,
  logins: benchLogins,
  service: benchService,
  'scale-out': benchScaleOut,
};
const chosen = process.argv.slice(2);
for (const [name, run] of Object.entries(parts)) {
  if (chosen.length === 0 || chosen.includes(name)) await run();
}
process.exit();

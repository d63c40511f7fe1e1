// The sandbox in a process of its own, so that it does not take the time of what is measured.
import { SandboxServer } from '../dist/sandbox/sandbox-server.js';

const sandbox = await SandboxServer.start();
process.send(sandbox.baseUrls);
// The parent ended, also when it was killed.
process.once('disconnect', () => process.exit());

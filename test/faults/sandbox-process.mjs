// The sandbox in a process of its own: a ten megabyte answer is made at the sandbox's expense and not at the app's.
import { SandboxServer } from '../../dist/sandbox/sandbox-server.js';
import { answerCommands } from './child.mjs';

const sandbox = await SandboxServer.start();

answerCommands({
  'base-urls': () => sandbox.baseUrls,
  /** Quotas and counts begin anew with every fault. */
  play: ({ vendor, fault }) => {
    sandbox.reset();
    sandbox.setFault(vendor, fault);
  },
  break: ({ vendor, fault }) => sandbox.setFault(vendor, fault),
  heal: ({ vendor }) => sandbox.setFault(vendor, undefined),
  counts: ({ vendor }) => ({ requests: sandbox.requestCount(vendor), redirectsFollowed: sandbox.redirectHits }),
});

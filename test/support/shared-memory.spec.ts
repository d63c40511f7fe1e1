import { sharedTierContract, type TierPair } from './shared-tier-contract.js';
import { SharedMemory } from './shared-memory.js';

describe('SharedMemory keeps the contract of a shared tier:', () => {
  let memory: SharedMemory;
  let pair: TierPair;
  beforeEach(() => {
    memory = new SharedMemory();
    pair = {
      one: memory.tier(),
      other: memory.tier(),
      now: () => memory.clock.now(),
      pass: async (ms) => {
        await new Promise((resolve) => setImmediate(resolve));
        memory.clock.advance(ms);
      },
      livesMs: () => Promise.resolve(memory.livesMs()),
    };
  });
  sharedTierContract(() => pair);
});

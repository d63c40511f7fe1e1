import {
  abuseipdb,
  apiverve,
  beltic,
  ipgeolocation,
  ipqualityscore,
  ipstack,
  type VendorOptions,
} from 'nestjs-ip-risk';
import { systemClock } from '../src/common/clock/clock.js';
import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import { OutcomeAssessor } from '../src/modules/assessment/outcome-assessor.js';
import { readSharedOutcome, sharedOutcome } from '../src/modules/assessment/shared-outcome.js';
import type { IpIntelligenceProvider } from '../src/modules/providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../src/modules/providers/lookup/provider-lookup.js';
import { DEFAULT_COMBINER } from '../src/modules/scoring/score-combiner.js';
import { PERSONAS } from '../src/sandbox/personas.js';
import { SandboxServer } from '../src/sandbox/sandbox-server.js';

const VENDORS = { abuseipdb, apiverve, beltic, ipgeolocation, ipqualityscore, ipstack };

describe('What the vendors say of', () => {
  let sandbox: SandboxServer;
  let lookup: ProviderLookup;

  beforeAll(async () => {
    sandbox = await SandboxServer.start();
    const providers = Object.entries(VENDORS).map(([name, factory]) => {
      const create: (options: VendorOptions) => IpIntelligenceProvider = factory;
      return create({ key: 'test', baseUrl: sandbox.baseUrls[name as keyof typeof VENDORS], timeoutMs: 10_000 });
    });
    lookup = new ProviderLookup({ providers, clock: systemClock, deadlineMs: 10_000 });
  });
  afterAll(() => sandbox.close());

  it.each(PERSONAS.map(({ name, ipv4 }) => [name, ipv4]))(
    'a %s gives the same assessment in the process that reads it as in the one that asked',
    async (_, text) => {
      const address = parseIpAddress(text) as IpAddress;
      const outcome = await lookup.lookup(address);
      expect([outcome.answers.length, outcome.failures]).toEqual([Object.keys(VENDORS).length, []]);
      const data: unknown = JSON.parse(JSON.stringify(sharedOutcome(outcome, lookup.vendors)));
      const said = readSharedOutcome(data, lookup.vendors);
      expect(said).toEqual(outcome.answers);
      const assessor = new OutcomeAssessor(systemClock, DEFAULT_COMBINER);
      const origin = { assessedAt: 1 };
      expect(assessor.assess(address, lookup.outcomeOf(said ?? []), origin)).toEqual(
        assessor.assess(address, outcome, origin),
      );
    },
  );
});

import { ProviderError, type ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { MaybePromise } from '../../../common/async/maybe-promise.js';
import type {
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
} from '../ip-intelligence-provider.js';
import {
  NO_FACTS,
  type Fact,
  type FactName,
  type IpIntelligence,
  type IpLocation,
  type IpNetwork,
} from '../ip-intelligence.js';
import type { ProviderScorecard } from '../provider-score.js';

/** What a {@link FakeProvider} knows of an address. What is left out is not known. */
export interface FakeAnswer {
  /** True and false are stated with full confidence. */
  readonly facts?: Readonly<Partial<Record<FactName, boolean | Fact>>>;
  readonly location?: Partial<IpLocation>;
  readonly network?: Partial<IpNetwork>;
  /** 0-100 on the provider's scorecard. */
  readonly score?: number;
}

export interface FakeProviderOptions {
  /** @default 'fake' */
  readonly id?: string;
  /** `offline` answers at once, `vendor` later. @default 'offline' */
  readonly kind?: 'offline' | 'vendor';
  /** By address, in any spelling: what is known of it, or how the lookup fails. @default none */
  readonly answers?: Readonly<Record<string, FakeAnswer | ProviderErrorCode>>;
  /** For every other address. @default nothing known, which is no verdict */
  readonly otherwise?: FakeAnswer | ProviderErrorCode;
  /** @default 0 allow, 20 monitor, 45 challenge, 80 block */
  readonly scorecard?: ProviderScorecard;
  readonly limits?: ProviderLimits;
}

const SCORECARD: ProviderScorecard = {
  bands: [
    { from: 0, label: 'low', action: 'allow' },
    { from: 20, label: 'medium', action: 'monitor' },
    { from: 45, label: 'high', action: 'challenge' },
    { from: 80, label: 'critical', action: 'block' },
  ],
};

const UNKNOWN_LOCATION: IpLocation = {
  countryCode: undefined,
  region: undefined,
  city: undefined,
  postalCode: undefined,
  latitude: undefined,
  longitude: undefined,
  accuracyRadiusKm: undefined,
  timeZone: undefined,
};
const UNKNOWN_NETWORK: IpNetwork = { asn: undefined, organization: undefined, isp: undefined };

/**
 * A provider for tests: answers out of a table, remembers whom it was asked about, and opens no connection.
 *
 * @throws RangeError when the table has a name that is no IP address.
 * @example
 * const fake = new FakeProvider({
 *   answers: { '203.0.114.9': { facts: { isTorExitNode: true } }, '203.0.114.10': 'PROVIDER_TIMEOUT' },
 *   otherwise: { location: { countryCode: 'DE' } },
 * });
 * Test.createTestingModule({ imports: [AppModule] }).overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([fake]);
 */
export class FakeProvider implements IpIntelligenceProvider {
  readonly id: string;
  readonly kind: 'offline' | 'vendor';
  readonly scorecard: ProviderScorecard;
  readonly limits: ProviderLimits;
  /** Canonical texts, oldest first. */
  readonly asked: string[] = [];
  /** Grows with every {@link set}, so that no answer given before is served from a cache. */
  dataVersion = 0;
  private readonly answers = new Map<string, FakeAnswer | ProviderErrorCode>();
  private readonly otherwise: FakeAnswer | ProviderErrorCode;

  constructor(options: FakeProviderOptions = {}) {
    this.id = options.id ?? 'fake';
    this.kind = options.kind ?? 'offline';
    this.scorecard = options.scorecard ?? SCORECARD;
    this.limits = options.limits ?? {};
    this.otherwise = options.otherwise ?? {};
    for (const [text, answer] of Object.entries(options.answers ?? {})) this.answers.set(canonical(text), answer);
  }

  /** Changes what is known of an address. @throws RangeError when it is none. */
  set(text: string, answer: FakeAnswer | ProviderErrorCode): void {
    this.answers.set(canonical(text), answer);
    this.dataVersion += 1;
  }

  lookup({ text }: IpAddress, { signal }: LookupContext): MaybePromise<IpIntelligence> {
    this.asked.push(text);
    if (this.kind === 'offline') return this.answerFor(text);
    return Promise.resolve().then(() => {
      if (signal.aborted) throw new ProviderError(this.id, 'PROVIDER_TIMEOUT');
      return this.answerFor(text);
    });
  }

  health(): ProviderHealth {
    return { status: 'up', details: { addresses: this.answers.size } };
  }

  private answerFor(text: string): IpIntelligence {
    const answer = this.answers.get(text) ?? this.otherwise;
    if (typeof answer === 'string') throw new ProviderError(this.id, answer);
    const { facts = {}, location, network, score } = answer;
    const stated = Object.entries(facts).map(([name, value]) => [name, factOf(value)]);
    const rows = [{ code: 'FAKE_SCORE', points: score ?? 0, detail: 'as the test says' }];
    return {
      providerId: this.id,
      facts: { ...NO_FACTS, ...(Object.fromEntries(stated) as Partial<Record<FactName, Fact>>) },
      location: location === undefined ? undefined : { ...UNKNOWN_LOCATION, ...location },
      network: network === undefined ? undefined : { ...UNKNOWN_NETWORK, ...network },
      score: score === undefined ? undefined : { card: this.scorecard, rows },
    };
  }
}

function factOf(value: boolean | Fact): Fact {
  return typeof value === 'boolean' ? { value, confidence: 1, evidence: 'fake', lastSeen: undefined } : value;
}

function canonical(text: string): string {
  const address = parseIpAddress(text);
  if (address === undefined) throw new RangeError(`"${text}" is no IP address; write one such as 203.0.114.9.`);
  return address.text;
}

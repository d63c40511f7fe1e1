import {
  NO_FACTS,
  ProviderError,
  type Fact,
  type FactName,
  type IpAddress,
  type IpIntelligence,
  type IpIntelligenceProvider,
  type ProviderHealth,
} from 'nestjs-ip-risk';
import { inCountry } from './intelligence.js';

/** Clients that {@link StubProvider} has an opinion of; everybody else is as clean as `clean`. */
export const CLIENTS = {
  /** Scores 0, in Germany. */
  clean: '9.9.9.1',
  /** Scores 30: a server. */
  server: '9.9.9.30',
  /** Scores 50: a Tor exit. */
  tor: '9.9.9.50',
  /** Scores 100: a Tor exit on a blocklist. */
  worst: '9.9.9.100',
  /** Scores 0, in North Korea. */
  korean: '9.9.9.2',
  /** No answer: the provider fails. */
  unanswered: '9.9.9.99',
} as const;

const FACTS: Readonly<Record<string, readonly FactName[]>> = {
  [CLIENTS.server]: ['isHostingProvider'],
  [CLIENTS.tor]: ['isTorExitNode'],
  [CLIENTS.worst]: ['isTorExitNode', 'isBlocklisted'],
};

const YES: Fact = { value: true, confidence: 1, evidence: 'stub-evidence', lastSeen: undefined };

/** Without a word on risk an answer is no verdict. */
const NO: Fact = { ...YES, value: false };

/** A provider that answers out of a table and remembers whom it was asked about. */
export class StubProvider implements IpIntelligenceProvider {
  readonly id = 'stub-intelligence';
  readonly asked: string[] = [];

  /** @param kind `vendor` answers later, `offline` at once. */
  constructor(readonly kind: 'offline' | 'vendor' = 'offline') {}

  lookup({ text }: IpAddress): IpIntelligence | Promise<IpIntelligence> {
    this.asked.push(text);
    if (text === CLIENTS.unanswered) throw new ProviderError(this.id, 'PROVIDER_UNREACHABLE');
    const answer = this.answerFor(text);
    return this.kind === 'offline' ? answer : Promise.resolve(answer);
  }

  health(): ProviderHealth {
    return { status: 'up', details: {} };
  }

  private answerFor(text: string): IpIntelligence {
    const facts = Object.fromEntries((FACTS[text] ?? []).map((name) => [name, YES]));
    return {
      providerId: this.id,
      facts: { ...NO_FACTS, isSatellite: NO, ...facts },
      location: inCountry(text === CLIENTS.korean ? 'KP' : 'DE'),
      network: undefined,
    };
  }
}

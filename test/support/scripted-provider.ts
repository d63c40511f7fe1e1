import type { MaybePromise } from '../../src/common/async/maybe-promise.js';
import { ProviderError, type ProviderErrorCode } from '../../src/common/errors/ip-risk.error.js';
import type { IpAddress } from '../../src/common/ip/ip-address.js';
import type {
  BulkLookup,
  IpIntelligenceProvider,
  LookupContext,
  ProviderHealth,
  ProviderLimits,
} from '../../src/modules/providers/ip-intelligence-provider.js';
import type { IpIntelligence } from '../../src/modules/providers/ip-intelligence.js';
import { intelligence } from './intelligence.js';

export type Script = (address: IpAddress, context: LookupContext) => MaybePromise<IpIntelligence>;

export interface ScriptedProviderOptions {
  /** @default 'vendor' */
  readonly kind?: IpIntelligenceProvider['kind'];
  readonly limits?: ProviderLimits;
  /** @default its id */
  readonly source?: string;
  /** Gives it bulk calls of so many addresses. */
  readonly bulkSize?: number;
}

/** A provider that does what the test says, and remembers what it was asked. */
export class ScriptedProvider implements IpIntelligenceProvider {
  readonly kind: IpIntelligenceProvider['kind'];
  readonly limits: ProviderLimits;
  readonly bulk: BulkLookup | undefined;
  readonly source: string;
  readonly asked: string[] = [];
  readonly contexts: LookupContext[] = [];
  /** Addresses of each bulk call. */
  readonly bulkCalls: string[][] = [];
  script: Script;
  bulkScript: BulkLookup['lookup'];
  report: () => ProviderHealth = () => ({ status: 'up', details: {} });

  /** @param script what it answers; by default that it knows a little and nothing bad. */
  constructor(
    readonly id: string,
    script?: Script,
    { kind = 'vendor', limits = {}, bulkSize, source = id }: ScriptedProviderOptions = {},
  ) {
    this.script = script ?? (() => harmless(id));
    this.kind = kind;
    this.limits = limits;
    this.source = source;
    this.bulkScript = (addresses, context) =>
      Promise.all(addresses.map(async (address) => await this.script(address, context)));
    if (bulkSize === undefined) return;
    this.bulk = {
      size: bulkSize,
      lookup: (addresses, context) => {
        this.contexts.push(context);
        this.bulkCalls.push(addresses.map(({ text }) => text));
        return this.bulkScript(addresses, context);
      },
    };
  }

  lookup(address: IpAddress, context: LookupContext): MaybePromise<IpIntelligence> {
    this.asked.push(address.text);
    this.contexts.push(context);
    return this.script(address, context);
  }

  health(): ProviderHealth {
    return this.report();
  }
}

/** What a vendor says of a household line. */
export const harmless = (providerId: string): IpIntelligence => intelligence({ isTorExitNode: false }, { providerId });

/** Never answers, and does not stop when nobody waits any more. */
export const hang: Script = () => new Promise(() => undefined);

export const failWith =
  (code: ProviderErrorCode, retryAfterMs?: number): Script =>
  () => {
    throw new ProviderError('scripted', code, { retryAfterMs });
  };

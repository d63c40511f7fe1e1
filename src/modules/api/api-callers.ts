import { Inject, Injectable } from '@nestjs/common';
import type { ApiKey } from '../../common/config/api-keys.js';
import { ClientIpResolver, type RequestHeaders } from '../../common/ip/client-ip.js';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import { prefixKey } from '../../common/ip/ip-prefix.js';
import type { Caller } from '../throttling/throttle.js';
import { TrackerNames } from '../throttling/tracker-names.js';
import { API_OPTIONS, DEFAULT_THROTTLE_LIMIT, type ApiModuleOptions } from './api.module-definition.js';
import { RiskyNetworks } from './risky-networks.js';

/** What a request says of who sent it. */
export interface ApiRequest {
  readonly headers: RequestHeaders;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** All whose address cannot be read share one count: it must not be a way around the limit. */
const UNKNOWN = 'unknown';

/** Who requests are counted for. */
@Injectable()
export class ApiCallers {
  private readonly names: TrackerNames;
  private readonly limit: number;

  constructor(
    private readonly clientIp: ClientIpResolver,
    private readonly riskyNetworks: RiskyNetworks,
    @Inject(API_OPTIONS) { throttleLimit = DEFAULT_THROTTLE_LIMIT, hashKey }: ApiModuleOptions,
  ) {
    this.names = new TrackerNames(hashKey);
    this.limit = throttleLimit;
  }

  /** The holder of a key. Where it calls from does not matter: it is a server, often in a data centre, and answers for itself. */
  holderOf(text: string, { limit = this.limit }: ApiKey): Caller {
    return { tracker: this.names.of('key', text), limit, weight: 1 };
  }

  /**
   * @param kind wrong keys are counted for themselves, so that they take nothing from those who need no key, and weigh 1
   * wherever they come from.
   */
  networkOf({ socket, headers }: ApiRequest, kind: 'network' | 'failed-keys'): Caller {
    const client = this.clientIp.resolve(socket?.remoteAddress, headers);
    // The address inside NAT64, 6to4 and Teredo ones, as everywhere: one IPv4 address holds a whole /48 of 6to4.
    const network = client.status === 'known' ? prefixKey(effectiveAddress(client.address)) : UNKNOWN;
    const weight = kind === 'network' ? this.riskyNetworks.weightOf(network) : 1;
    return { tracker: this.names.of(kind, network), limit: this.limit, weight };
  }
}

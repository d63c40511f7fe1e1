import type { IpAddress } from '../../common/ip/ip-address.js';

/** Slots for each address: the more, the fewer networks share one by chance. */
const SLOTS_FOR_EACH = 16;

/**
 * Tells which networks come more than once in a list, in a byte for each of its slots and without a text for each network.
 * Networks that share a slot by chance, some in a hundred, count as coming again; none that does is ever missed.
 */
export class NetworkTally {
  private readonly counts: Uint8Array;
  private readonly shift: number;

  /** @param size addresses that will be added. */
  constructor(size: number) {
    const bits = Math.ceil(Math.log2(Math.max(size, 1) * SLOTS_FOR_EACH));
    this.counts = new Uint8Array(2 ** bits);
    this.shift = 32 - bits;
  }

  add(address: IpAddress): void {
    const slot = this.slotOf(address);
    this.counts[slot] = Math.min((this.counts[slot] ?? 0) + 1, 2);
  }

  /** False for a network that was added once at most. */
  mayComeAgain(address: IpAddress): boolean {
    return (this.counts[this.slotOf(address)] ?? 0) > 1;
  }

  /** The same for all addresses of one `prefixKey`: the address in IPv4, its /64 in IPv6. */
  private slotOf(address: IpAddress): number {
    const number = address.family === 4 ? address.value : address.words[0] ^ Math.imul(address.words[1], 0x85ebca6b);
    // The golden ratio's bits spread neighbours; the highest bits of the product depend on all of the number's.
    return Math.imul(number, 0x9e3779b1) >>> this.shift;
  }
}

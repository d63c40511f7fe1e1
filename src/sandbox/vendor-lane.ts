import { faultProblem, type Fault } from './faults.js';
import { isAcceptedKey } from './sandbox-key.js';
import type { Vendor, VendorRequest } from './vendor.js';

const CALLS_KEPT = 1_000;

/** One request as the sandbox saw it, with no key in it. */
export interface SandboxCall {
  readonly method: string;
  /** Behind the vendor's prefix, without the query. */
  readonly path: string;
  /** The first address asked about. */
  readonly address: string | undefined;
  readonly addressCount: number;
  readonly isKeyValid: boolean;
}

/** One vendor in the sandbox: what it is asked, and what is wrong with it. */
export class VendorLane {
  requestCount = 0;
  private readonly kept: SandboxCall[] = [];
  private fault: Fault | undefined;
  private requestsLeft = 0;

  constructor(readonly vendor: Vendor) {}

  /** The newest thousand, oldest first. */
  get calls(): readonly SandboxCall[] {
    return [...this.kept];
  }

  get currentFault(): Fault | undefined {
    return this.fault;
  }

  /** @throws {RangeError} when there is no such fault. */
  setFault(fault: Fault | undefined): void {
    const problem = fault === undefined ? undefined : faultProblem(fault);
    if (problem !== undefined) throw new RangeError(problem);
    this.fault = fault;
    this.requestsLeft = fault?.times ?? Infinity;
  }

  /** Writes the request down, and tells the fault it meets. */
  receive(request: VendorRequest): Fault | undefined {
    this.requestCount += 1;
    const addresses = this.vendor.addressesOf(request);
    this.kept.push({
      method: request.method,
      path: this.vendor.pathOf(request),
      address: addresses[0],
      addressCount: addresses.length,
      isKeyValid: isAcceptedKey(this.vendor.keyOf(request)),
    });
    if (this.kept.length > CALLS_KEPT) this.kept.shift();
    const met = this.fault;
    this.requestsLeft -= 1;
    if (this.requestsLeft <= 0) this.fault = undefined;
    return met;
  }
}

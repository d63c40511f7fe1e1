import { Inject, Injectable } from '@nestjs/common';
import { digested, type DigestedPolicy } from '../policy/policy-digest.js';
import { POLICY_SET, type PolicySet } from '../policy/policy-file.js';
import { invalidRequest } from './invalid-request.js';

/** The policies a caller of the API may name. */
@Injectable()
export class ApiPolicies {
  private readonly byName: ReadonlyMap<string, DigestedPolicy>;
  private readonly fallback: DigestedPolicy;

  constructor(@Inject(POLICY_SET) { policies, defaultPolicy }: PolicySet) {
    this.byName = new Map([...policies].map(([name, policy]) => [name, digested(policy)]));
    this.fallback = digested(defaultPolicy);
  }

  /** @throws BadRequestException for a name that does not exist. */
  named(name: string | undefined): DigestedPolicy {
    const policy = name === undefined ? this.fallback : this.byName.get(name);
    if (policy !== undefined) return policy;
    const known = [...this.byName.keys()].join(', ');
    throw invalidRequest(`policy must be one of: ${known}.`);
  }
}

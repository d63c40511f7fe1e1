import type { MaybePromise } from '../../../common/async/maybe-promise.js';
import { ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext } from '../ip-intelligence-provider.js';
import { isIntelligence } from '../ip-intelligence.js';
import type { ProviderFailure, Settled } from './provider-result.js';

/** Asks one provider. Never throws and never rejects: a failure is one way to end. */
export function askProvider(
  provider: IpIntelligenceProvider,
  address: IpAddress,
  context: LookupContext,
): MaybePromise<Settled> {
  try {
    const answer: unknown = provider.lookup(address, context);
    if (!isThenable(answer)) return checkedAnswer(provider, answer);
    return Promise.resolve(answer)
      .then((intelligence) => checkedAnswer(provider, intelligence))
      .catch((error: unknown) => failureOf(provider, error));
  } catch (error) {
    return failureOf(provider, error);
  }
}

/** Asks about many addresses in one call. Never rejects; one entry for each address, in their order. */
export async function askInBulk(
  provider: IpIntelligenceProvider,
  addresses: readonly IpAddress[],
  context: LookupContext,
): Promise<readonly Settled[]> {
  try {
    const answers: unknown = await provider.bulk?.lookup(addresses, context);
    const list: readonly unknown[] = Array.isArray(answers) ? answers : [];
    return addresses.map((_, index) => {
      const answer = list[index];
      return answer instanceof Error ? failureOf(provider, answer) : checkedAnswer(provider, answer);
    });
  } catch (error) {
    return addresses.map(() => failureOf(provider, error));
  }
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer;
}

/**
 * Anybody may write a provider: an answer under another's name would count for the wrong one, and a confidence that is
 * no number would turn "yes" into "no".
 */
function checkedAnswer(provider: IpIntelligenceProvider, answer: unknown): Settled {
  const isSound = isIntelligence(answer) && answer.providerId === provider.id;
  return isSound ? answer : { providerId: provider.id, code: 'PROVIDER_BAD_RESPONSE' };
}

function failureOf(provider: IpIntelligenceProvider, error: unknown): ProviderFailure {
  if (!(error instanceof ProviderError)) return { providerId: provider.id, code: 'PROVIDER_BAD_RESPONSE' };
  const { code, retryAfterMs, wasSent } = error;
  return {
    providerId: provider.id,
    code,
    ...(wasSent ? {} : { refused: true }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

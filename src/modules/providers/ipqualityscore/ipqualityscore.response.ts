import type { ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';
import { retryAfterOf, type FailureReader } from '../../../common/http/vendor-answer.js';
import { flagIn, recordOf, textIn, type JsonRecord } from '../../../common/json/json-fields.js';

const MESSAGES: readonly (readonly [message: RegExp, code: ProviderErrorCode])[] = [
  [/exceeded your request quota|insufficient credits/i, 'PROVIDER_QUOTA'],
  [/unauthorized|invalid .*\bkey\b/i, 'PROVIDER_UNAUTHORIZED'],
  [/invalid ip(v4|v6)? address/i, 'PROVIDER_BAD_INPUT'],
];

/** Failures come with HTTP 200: `success` says that it is one, only the message says which. */
export const ipqualityscoreFailure: FailureReader = (answer) => {
  const record = recordOf(answer.body);
  const isSuccessStatus = answer.status >= 200 && answer.status < 300;
  if (flagIn(record, 'success') === true) return undefined;
  const message = textIn(record, 'message') ?? '';
  const code = MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
  if (code !== undefined) return { code, retryAfterMs: retryAfterOf(answer) };
  return isSuccessStatus ? { code: 'PROVIDER_BAD_RESPONSE' } : undefined;
};

/** Text, unless it only says that there is none or that the plan does not show it. */
export function knownTextIn(record: JsonRecord, name: string): string | undefined {
  const text = textIn(record, name);
  return text === undefined || /^(n\/a|premium required\.?)$/i.test(text) ? undefined : text;
}

import { retryAfterOf, type FailureReader } from '../../../common/http/vendor-answer.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { fieldOf, objectIn, recordOf, textIn, type JsonRecord } from '../../../common/json/json-fields.js';

/** Its messages are not stable, so the HTTP status alone says what went wrong; the common ones are left to it. */
export const ipgeolocationFailure: FailureReader = (answer) => {
  switch (answer.status) {
    case 404:
      // JSON: the address is not in its database. Anything else is a wrong base URL, which must not look like an answer.
      return answer.body === undefined ? undefined : { code: 'PROVIDER_BAD_INPUT' };
    case 429: {
      const retryAfterMs = retryAfterOf(answer);
      return retryAfterMs === undefined ? { code: 'PROVIDER_QUOTA' } : { code: 'PROVIDER_RATE_LIMITED', retryAfterMs };
    }
    case 499:
      return { code: 'PROVIDER_TIMEOUT' };
    default:
      return undefined;
  }
};

/** The `security` object of one answer; `undefined` unless the answer is about the address that was asked for. */
export function securityIn(body: unknown, address: IpAddress): JsonRecord | undefined {
  const record = recordOf(body);
  // Without a readable `ip` parameter the vendor answers about the caller: that would judge our own server.
  if (parseIpAddress(textIn(record, 'ip') ?? '')?.text !== address.text) return undefined;
  return objectIn(record, 'security');
}

/** True for the entry of an address that a bulk answer refuses: a message and no address. */
export function isRefusedEntry(entry: unknown): boolean {
  const record = recordOf(entry);
  return textIn(record, 'message') !== undefined && fieldOf(record, 'ip') === undefined;
}

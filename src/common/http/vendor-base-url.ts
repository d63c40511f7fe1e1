import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { parseIpAddress } from '../ip/ip-address.js';
import { specialPurposeOf } from '../ip/special-purpose.js';

/**
 * A vendor's base URL, with its path and without a slash at its end.
 *
 * @param setting names it in errors.
 * @throws InvalidConfigurationError unless it is https, or http to a host of one's own: the key travels with every call.
 */
export function vendorBaseUrl(text: string, setting: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidConfigurationError(`${setting} must be a URL such as https://api.example.com.`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new InvalidConfigurationError(
      `${setting} must hold no credentials, query or fragment; keys have settings of their own.`,
    );
  }
  if (url.protocol === 'http:' && !isOwnHost(url.hostname)) {
    throw new InvalidConfigurationError(`${setting} must use https: over http anybody on the way could read the key.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function isOwnHost(hostname: string): boolean {
  const address = parseIpAddress(hostname.replace(/^\[|\]$/g, ''));
  if (address !== undefined) return specialPurposeOf(address)?.scope === 'internal';
  return !hostname.includes('.') || /\.(internal|local|localhost)$/.test(hostname);
}

import { BadRequestException } from '@nestjs/common';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import { assertUserId } from '../geo-velocity/logins/user-id.js';
import { INVALID_IP_ADDRESS, invalidRequest } from './invalid-request.js';
import type { ParameterReader } from './query-parameters.js';

const LONGEST_NAME = 128;
/** Neither is stored by a database, so that nothing can match. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;

/** One of `names`; all of them where it is not given. */
export function anyOf<Name extends string>(names: readonly Name[]): ParameterReader<Name | undefined> {
  return (text, name) => {
    const found = names.find((each) => each === text);
    if (found === undefined && text !== undefined) throw invalidRequest(`${name} must be one of: ${names.join(', ')}.`);
    return found;
  };
}

/** A name that somebody configured; it may be one of former times. */
export const anyName: ParameterReader<string | undefined> = (text, name) => {
  if (text === undefined) return undefined;
  if (text !== '' && text.length <= LONGEST_NAME && !UNSTORABLE.test(text)) return text;
  throw invalidRequest(`${name} must be text of 1-${LONGEST_NAME} characters without control characters.`);
};

/** @throws InvalidLoginError for a placeholder, which stands for everybody and not for a user. */
export const anyUser: ParameterReader<string | undefined> = (text) => {
  if (text !== undefined) assertUserId(text);
  return text;
};

export const anyAddress: ParameterReader<IpAddress | undefined> = (text) => {
  const address = text === undefined ? undefined : parseIpAddress(text);
  if (text !== undefined && address === undefined) throw new BadRequestException(INVALID_IP_ADDRESS);
  return address;
};

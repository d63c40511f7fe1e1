import { BadRequestException } from '@nestjs/common';

/** A body that cannot be taken, and why in one sentence. */
export function invalidRequest(message: string): BadRequestException {
  return new BadRequestException({ error: 'Invalid request', message });
}

/** Names a field that no body here has. */
export function unknownField(name: string): string {
  return `There is no field ${JSON.stringify(name)}; remove it.`;
}

/** Of a body that is no object, and of one that is none of ours. */
export const NOT_AN_OBJECT = 'The body must be a JSON object.';

/** What is said of text that is no address. */
export const INVALID_IP_ADDRESS = {
  error: 'Invalid IP address format',
  message: 'IP address must be in valid IPv4 or IPv6 format',
} as const;

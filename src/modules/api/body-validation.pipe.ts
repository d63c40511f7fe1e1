import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { invalidRequest, NOT_AN_OBJECT, unknownField } from './invalid-request.js';

/** Unknown fields and wrong types answer 400 with one sentence that names the first of them. */
export function bodyValidationPipe(): ValidationPipe {
  return new BodyValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    exceptionFactory: (errors) => invalidRequest(sentenceOf(errors)),
  });
}

class BodyValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    return (await super.transform(metadata.type === 'body' ? levelled(value) : value, metadata)) as unknown;
  }
}

/**
 * The body down to its first level, which is all that any body here has: class-transformer walks nested ones until the
 * stack ends, and passes over fields that are named like a method of every object.
 */
function levelled(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalidRequest(NOT_AN_OBJECT);
  const entries = Object.entries(body).map(([name, value]: [string, unknown]) => {
    if (name in Object.prototype) throw invalidRequest(unknownField(name));
    return [name, typeof value === 'object' && value !== null ? {} : value];
  });
  return Object.fromEntries(entries);
}

function sentenceOf([first]: readonly ValidationError[]): string {
  if (first === undefined) return NOT_AN_OBJECT;
  const { property, constraints = {} } = first;
  if ('whitelistValidation' in constraints) return unknownField(property);
  // What is no text has no length and no pattern to speak of.
  return constraints['isString'] ?? Object.values(constraints)[0] ?? `${property} is not valid.`;
}

import { BadRequestException, ValidationPipe, type ValidationError } from '@nestjs/common';

/** Unknown fields and wrong types answer 400 with one sentence that names the first of them. */
export function bodyValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    exceptionFactory: (errors) => new BadRequestException({ error: 'Invalid request', message: sentenceOf(errors) }),
  });
}

function sentenceOf([first]: readonly ValidationError[]): string {
  if (first === undefined) return 'The body must be a JSON object.';
  const { property, constraints = {} } = first;
  if ('whitelistValidation' in constraints) return `There is no field ${JSON.stringify(property)}; remove it.`;
  return Object.values(constraints)[0] ?? `${property} is not valid.`;
}

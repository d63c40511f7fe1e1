import { HttpException, HttpStatus } from '@nestjs/common';

/** The limit is reached. Says when to come again, and nothing of whose limit it is or why it is what it is. */
export class TooManyRequestsException extends HttpException {
  constructor(resetSeconds: number) {
    const message = `The limit of requests is reached. Try again in ${resetSeconds} seconds.`;
    super({ error: 'Too many requests', message }, HttpStatus.TOO_MANY_REQUESTS);
  }
}

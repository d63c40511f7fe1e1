import type { VendorAnswer, VendorRequest } from '../vendor.js';
import { headerText } from '../sandbox-key.js';

const LONGEST_KEY = 255;

type Failure = (status: number, message: string) => VendorAnswer;

/** Answers by `Idempotency-Key`: the same request gets the same answer again, errors too. */
export class NovuReplays {
  private readonly answers = new Map<string, { readonly body: string; readonly answer: VendorAnswer }>();

  once(request: VendorRequest, failure: Failure, answer: () => VendorAnswer): VendorAnswer {
    const key = headerText(request.headers['idempotency-key']);
    if (key === undefined) return answer();
    if (key.length > LONGEST_KEY) return failure(400, `idempotency-key has exceeded the maximum allowed length of 255`);
    const kept = this.answers.get(key);
    if (kept === undefined) {
      const made = { body: request.body, answer: answer() };
      this.answers.set(key, made);
      return withHeaders(made.answer, { 'Idempotency-Key': key });
    }
    if (kept.body !== request.body)
      return failure(422, `Request with key "${key}" is being reused for a different body`);
    return withHeaders(kept.answer, { 'Idempotency-Key': key, 'Idempotency-Replay': 'true' });
  }
}

function withHeaders(answer: VendorAnswer, headers: Readonly<Record<string, string>>): VendorAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

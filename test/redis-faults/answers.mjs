// What the harness counts of the answers of one cell.

export class Answers {
  requests = 0;
  verdicts = 0;
  unavailable = 0;
  serverErrors = 0;
  slowestMs = 0;
  /** Answers that no promise allows, the first few of them. */
  strange = [];
  #verdictIn;

  constructor({ verdictIn }) {
    this.#verdictIn = verdictIn;
  }

  take(mode, { status, headers, text, ms }) {
    this.requests += 1;
    this.slowestMs = Math.max(this.slowestMs, ms);
    // 503 with this word is what a route that fails closed says; whether it may is judged elsewhere.
    const isRefusal = status === 503 && mode !== 'open' && text.includes('"IP_RISK_UNAVAILABLE"');
    const found = status === 200 ? this.#verdictIn(text) : isRefusal ? 'unavailable' : 'strange';
    if (status === 0 || (status >= 500 && !isRefusal)) this.serverErrors += 1;
    if (found === 'verdict') this.verdicts += 1;
    else if (found === 'unavailable') this.unavailable += 1;
    else this.#wonder(`${mode}: ${status} ${text.slice(0, 200)}`);
    if (mode === 'api' && status === 200 && !/^ratelimit$/im.test(headers)) this.#wonder('an answer without RateLimit');
  }

  #wonder(what) {
    if (this.strange.length < 3) this.strange.push(what);
  }
}

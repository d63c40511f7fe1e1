// What the harness itself counts of the answers to one route, against which the app's own counters are held.

export class Tally {
  requests = 0;
  verdicts = 0;
  failedOpen = 0;
  failedClosed = 0;
  ran = 0;
  serverErrors = 0;
  slowestMs = 0;
  /** Verdicts by score and action: `0 allow`. */
  scores = new Map();
  /** Answers that no promise allows, the first few of them. */
  strange = [];

  constructor(mode) {
    this.mode = mode;
  }

  get withoutVerdict() {
    return this.failedOpen + this.failedClosed;
  }

  take({ status, text, ms }) {
    this.requests += 1;
    this.slowestMs = Math.max(this.slowestMs, ms);
    if (status === 200) this.#takeRun(text);
    else if (status === 503 && this.mode === 'closed' && text.includes('"IP_RISK_UNAVAILABLE"')) this.failedClosed += 1;
    else {
      if (status >= 500 || status === 0) this.serverErrors += 1;
      this.#wonder(`${status} ${text.slice(0, 200)}`);
    }
  }

  #takeRun(text) {
    this.ran += 1;
    const { risk } = JSON.parse(text);
    if (risk?.cause === 'unavailable' && risk.failedOpen === true && risk.score === undefined) {
      this.failedOpen += 1;
      if (this.mode === 'closed') this.#wonder('the handler ran without a verdict');
      return;
    }
    // The sandbox knows every client as a household line: a cause or an action of any other kind was made up.
    const isVerdict = risk?.cause === 'score' && risk.failedOpen === false && risk.score >= 0 && risk.score <= 100;
    if (!isVerdict) this.#wonder(`the handler ran with ${text.slice(0, 200)}`);
    else {
      this.verdicts += 1;
      const score = `${risk.score} ${risk.action}`;
      this.scores.set(score, (this.scores.get(score) ?? 0) + 1);
    }
  }

  #wonder(what) {
    if (this.strange.length < 3) this.strange.push(what);
  }
}

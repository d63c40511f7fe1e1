/** What a caller says of its call; a number is the pause that the vendor asks for. */
export type Word = 'succeed' | 'succeedSlowly' | 'fail' | 'release' | number;

/** What other processes say; a number is a pause that the vendor asked of one of them. */
export type Hearsay = 'suspect' | number;

const FIRST_MS = 10_000;
const LONGEST_MS = 120_000;

/**
 * The circuit breaker's rules a second time, for comparison: time is a countdown here and no date, calls are numbers,
 * and what counts is what is in `live`.
 */
export class ModelBreaker {
  /** Latest outcomes, the newest last: `o`, `s` for a slow one, or `x`. */
  marks = '';
  /** Milliseconds left, below 0 once it is over, and of the whole; `undefined` while it is closed. */
  private countdown: { left: number; readonly whole: number } | undefined;
  private next = FIRST_MS;
  /** Calls whose word still counts. */
  private readonly live = new Set<number>();

  get state(): string {
    if (this.countdown === undefined) return 'closed';
    return this.countdown.left > 0 ? 'open' : 'half-open';
  }

  get left(): number {
    return Math.max(0, this.countdown?.left ?? 0);
  }

  enter(call: number): boolean {
    const mayEnter = this.state === 'closed' || (this.state === 'half-open' && this.live.size === 0);
    if (mayEnter) this.live.add(call);
    return mayEnter;
  }

  say(call: number, word: Word): void {
    if (!this.live.delete(call)) return;
    if (typeof word === 'number') this.openFor(word);
    else if (word === 'release') return;
    else if (this.countdown !== undefined) this.endTrial(word !== 'fail');
    else this.mark(word === 'fail' ? 'x' : word === 'succeed' ? 'o' : 's');
  }

  hear(said: Hearsay): void {
    if (said === 'suspect' ? this.countdown === undefined : said > this.left)
      this.openFor(said === 'suspect' ? 0 : said);
  }

  /** Negative: the clock is set back, and of the time that passed so much did not. */
  pass(ms: number): void {
    if (this.countdown === undefined) return;
    const { left, whole } = this.countdown;
    this.countdown.left = Math.min(whole, left - ms);
  }

  private mark(sign: 'o' | 's' | 'x'): void {
    this.marks = `${this.marks}${sign}`.slice(-20);
    const failures = this.marks.replaceAll(/[os]/g, '').length;
    const isFailed = this.marks.length >= 10 && failures * 2 >= this.marks.length;
    if (isFailed || /^[sx]{20}$/.test(this.marks)) this.openAndDouble();
  }

  private endTrial(isSuccess: boolean): void {
    if (!isSuccess) {
      this.openAndDouble();
      return;
    }
    this.countdown = undefined;
    this.next = FIRST_MS;
    this.begin();
  }

  private openAndDouble(): void {
    this.openFor(this.next);
    this.next = Math.min(LONGEST_MS, 2 * this.next);
  }

  private openFor(ms: number): void {
    this.countdown = { left: ms, whole: ms };
    this.begin();
  }

  private begin(): void {
    this.live.clear();
    this.marks = '';
  }
}

/** Callers that wait at most, for each place. */
const WAITING_PER_PLACE = 4;

/** So many calls at the same time, and a queue for those who still have time. */
export class Bulkhead {
  private running = 0;
  /** In order of arrival. */
  private readonly waiting = new Set<() => void>();

  constructor(private readonly places: number) {}

  /** True with a place, which {@link leave} gives back; false when none came free before the signal aborted, or the queue is full. */
  enter(signal: AbortSignal): boolean | Promise<boolean> {
    if (this.running < this.places) {
      this.running += 1;
      return true;
    }
    if (signal.aborted || this.waiting.size >= this.places * WAITING_PER_PLACE) return false;
    return new Promise((resolve) => {
      const end = (hasPlace: boolean): void => {
        this.waiting.delete(takePlace);
        signal.removeEventListener('abort', giveUp);
        resolve(hasPlace);
      };
      const takePlace = (): void => {
        end(true);
      };
      const giveUp = (): void => {
        end(false);
      };
      this.waiting.add(takePlace);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Hands the place to who has waited longest. */
  leave(): void {
    const [next] = this.waiting;
    if (next === undefined) this.running -= 1;
    else next();
  }
}

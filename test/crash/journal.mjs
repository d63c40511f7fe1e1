// What was acknowledged, as the parent knows it: the writer that said so may be dead by now. An id is BATCH-NUMBER: each
// writer has a batch of its own, and takes the numbers in turn.
export class Journal {
  #acknowledged = new Set();
  #unsure = new Set();
  /** The highest number acknowledged in a batch. */
  #highest = new Map();
  /** Acknowledged, and then, sent once more, taken for new. */
  forgotten = [];

  get acknowledged() {
    return this.#acknowledged;
  }

  /** Whether the store has these is not known: nobody was told. Whoever writes next sends them again. */
  get unsure() {
    return this.#unsure;
  }

  /** @returns false for one that was acknowledged before. */
  acknowledge(id, isDuplicate) {
    const isFirst = !this.#acknowledged.has(id);
    if (!isFirst && !isDuplicate) this.forgotten.push(id);
    this.#acknowledged.add(id);
    this.#unsure.delete(id);
    const [batch, number] = id.split('-').map(Number);
    this.#highest.set(batch, Math.max(number, this.#highest.get(batch) ?? -1));
    return isFirst;
  }

  /** The writer of the batch is dead: no more than `lanes` of its writes were on their way. */
  doubtRest(batch, lanes) {
    const highest = this.#highest.get(batch) ?? -1;
    for (let number = 0; number <= highest + lanes; number += 1) {
      const id = `${batch}-${number}`;
      if (!this.#acknowledged.has(id)) this.#unsure.add(id);
    }
  }
}

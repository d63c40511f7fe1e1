// Requests at an even pace, and fewer where they are not answered: a load that fills the machine measures the machine.
import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { freshAddress } from '../faults/clients.mjs';

/** For each route: a thousand take some four seconds, half of them under the fault. */
const PER_SECOND = 300;
const TICK_MS = 10;
/** Under way at the same time. */
const MOST_UNDER_WAY = 20;

export class Load {
  /** Addresses that were asked for the first time. */
  fresh = 0;
  #sent = 0;
  #known = [];
  #agent = new Agent({ keepAlive: true, maxSockets: MOST_UNDER_WAY });
  #pending = new Set();

  /** @param take gets every answer with the route it came from. */
  constructor(instance, modes, requests, take) {
    this.instance = instance;
    this.modes = modes;
    this.total = requests * modes.length;
    this.take = take;
  }

  /** Sends until that part of all requests is out. */
  async reach(part) {
    const until = Math.floor(this.total * part);
    const perTick = Math.ceil((PER_SECOND * this.modes.length * TICK_MS) / 1000);
    while (this.#sent < until) {
      const due = Math.min(until, this.#sent + perTick);
      while (this.#sent < due && this.#pending.size < MOST_UNDER_WAY) this.#send();
      await wait(TICK_MS);
    }
  }

  async end() {
    await Promise.all(this.#pending);
    this.#agent.destroy();
  }

  #send() {
    const index = this.#sent;
    this.#sent += 1;
    const mode = this.modes[index % this.modes.length];
    const isWarm = index % 10 >= 7 && this.#known.length > 0;
    const address = isWarm ? this.#known[(index * 7919) % this.#known.length] : freshAddress();
    if (!isWarm) this.fresh += 1;
    const exchange = this.instance.ask(address, mode, this.#agent).then((answer) => {
      this.take(mode, answer);
      // From here on its verdict is in memory.
      if (!isWarm) this.#known.push(address);
      this.#pending.delete(exchange);
    });
    this.#pending.add(exchange);
  }
}

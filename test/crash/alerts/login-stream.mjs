// Logins at a steady rate, as applications report them: what is not answered with 200 is sent again, with the same id.
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { plannedEvent } from './planned-event.mjs';

const AGAIN_MS = 100;
const ANSWER_MS = 10_000;
/** Events that are under way at most: while the service is away the rest waits. */
const MOST_UNDER_WAY = 400;

export class LoginStream {
  #port;
  #base;
  #perSecond;
  #number = -1;
  #underWay = new Set();
  #pacing;
  #isRunning = false;
  #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  acknowledged = new Set();
  refused = 0;
  /** Answers that nobody should get: neither 200 nor 503. */
  odd = [];

  constructor({ port, base, perSecond }) {
    this.#port = port;
    this.#base = base;
    this.#perSecond = perSecond;
  }

  start() {
    this.#isRunning = true;
    this.#pacing = this.#pace();
  }

  /** Ends when everything that was begun is acknowledged. */
  async stop() {
    this.#isRunning = false;
    await this.#pacing;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Resolves once an event was acknowledged that was not before. @returns the milliseconds that took. */
  async flows(mostMs = 60_000) {
    const before = this.acknowledged.size;
    const began = performance.now();
    while (this.acknowledged.size <= before) {
      if (performance.now() - began > mostMs) throw new Error('Nothing is acknowledged any more.');
      await wait(10);
    }
    return performance.now() - began;
  }

  close() {
    this.#agent.destroy();
  }

  async #pace() {
    const began = performance.now();
    let begun = 0;
    while (this.#isRunning) {
      const due = Math.floor(((performance.now() - began) / 1000) * this.#perSecond);
      for (; begun < due; begun += 1) if (this.#underWay.size < MOST_UNDER_WAY) this.#begin();
      await wait(5);
    }
  }

  #begin() {
    this.#number += 1;
    const sent = this.#untilAcknowledged(this.#number).finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }

  async #untilAcknowledged(number) {
    const { userId, ip, ts, eventId } = plannedEvent(number, this.#base);
    const body = JSON.stringify({ user_id: userId, ip_address: ip, ts, event_id: eventId });
    for (;;) {
      const status = await this.#post(body);
      if (status === 200) return this.acknowledged.add(number);
      if (status !== undefined && status !== 503) this.odd.push(`${eventId} was answered ${status}`);
      this.refused += 1;
      await wait(AGAIN_MS);
    }
  }

  #post(body) {
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const options = { port: this.#port, host: '127.0.0.1', path: '/v1/logins', method: 'POST', headers };
      const call = request({ ...options, agent: this.#agent, timeout: ANSWER_MS }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode));
        answer.once('error', () => resolve(undefined));
      });
      call.once('timeout', () => call.destroy());
      call.once('error', () => resolve(undefined));
      call.end(body);
    });
  }
}

// One service after the other on one port and one schema, each stopped under load.
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { KillableService } from '../crash/alerts/killable-service.mjs';

const CLIENTS = 16;
const LOAD_MS = [150, 600];
const MOST_END_MS = 10_000;
const ANSWER_MS = 15_000;

export class StopLane {
  #service;
  #port;
  #settings;
  #number = 0;

  constructor({ directory, port, settings }) {
    this.#port = port;
    this.#settings = settings;
    this.#service = new KillableService(directory, port, settings);
  }

  async stopOnce() {
    await this.#service.start();
    const load = { isOver: false, answered: new Set(), refused: 0, sent: [], odd: [] };
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const clients = Array.from({ length: CLIENTS }, () => this.#client(load, agent));
    await wait(LOAD_MS[0] + Math.random() * (LOAD_MS[1] - LOAD_MS[0]));
    const began = performance.now();
    const code = await this.#service.end('SIGTERM', MOST_END_MS);
    const endMs = performance.now() - began;
    load.isOver = true;
    await Promise.all(clients);
    agent.destroy();
    const violations = [...load.odd, ...(await this.#unanswered(load))];
    if (code !== 0)
      violations.push(`it ended with ${code} after ${Math.round(endMs)} ms: ${this.#service.log.slice(-500)}`);
    return { endMs, answered: load.answered.size, refused: load.refused, violations };
  }

  async #client(load, agent) {
    while (!load.isOver) {
      this.#number += 1;
      const eventId = `stop-${this.#number}`;
      load.sent.push(eventId);
      const answer = await this.#post(eventId, agent);
      if (answer?.status === 200) load.answered.add(eventId);
      // A server that is about to close says so with 503.
      else if (answer === undefined || answer.status === 503) {
        load.refused += 1;
        // The port is closed from now on.
        await wait(5);
      } else load.odd.push(`${eventId} was answered ${answer.status}: ${answer.text.slice(0, 300)}`);
    }
  }

  #post(eventId, agent) {
    const body = JSON.stringify({ user_id: `user-of-${eventId}`, ip_address: '90.45.10.10', event_id: eventId });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: this.#port, path: '/v1/logins', method: 'POST', headers, agent };
      const call = request({ ...options, timeout: ANSWER_MS }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => (text += part));
        void once(answer, 'end').then(
          () => resolve({ status: answer.statusCode, text }),
          () => resolve(undefined),
        );
      });
      call.once('timeout', () => call.destroy());
      call.once('error', () => resolve(undefined));
      call.end(body);
    });
  }

  /** What was stored had been taken up; whoever sent it must have been told. */
  async #unanswered({ sent, answered }) {
    const client = new pg.Client({ connectionString: this.#settings.DATABASE_URL });
    await client.connect();
    try {
      const { rows } = await client.query(
        `select event_id as id from ${this.#settings.IP_RISK_DATABASE_SCHEMA}.user_login_events where event_id = any($1)`,
        [sent],
      );
      const lost = rows.map(({ id }) => id).filter((id) => !answered.has(id));
      return lost.length === 0
        ? []
        : [`${lost.length} logins were stored and not answered: ${lost.slice(0, 5).join(', ')}`];
    } finally {
      await client.end();
    }
  }
}

// What is put in front of a Redis that fails: an application with guarded routes, and the built service.
import { get, request as post } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Child } from '../faults/child.mjs';
import { DEADLINE_MS } from '../faults/promises.mjs';

const VENDOR = 'ipstack';
/** What is spent in a run is far from it, and still every credit is counted in Redis. */
const DAILY_BUDGET = 9_999_999;
/** The harness' addresses are of a few networks. */
const MOST_NEW = 1_000_000;
/** Far beyond any deadline: nothing was answered at all. */
const MOST_WAIT_MS = 10_000;
const START_MS = 30_000;
const HERE = import.meta.dirname;

/** One process under test. */
class Instance {
  #read = '';

  /** @param child its process. */
  constructor(child, url) {
    this.child = child;
    this.url = url;
  }

  async health() {
    const answer = await exchange(get, `${this.url}/health`, {});
    return { ...answer, ...JSON.parse(answer.text).details };
  }

  async vendorCalls() {
    const { calls } = (await this.health()).providers[VENDOR];
    return calls;
  }

  /** Everything it wrote since it was started. */
  get output() {
    this.#read += this.child.newOutput(0).toString();
    return this.#read;
  }
}

class GuardedInstance extends Instance {
  ask(address, mode, agent) {
    return exchange(get, `${this.url}/${mode}`, { agent, headers: { 'x-forwarded-for': address } });
  }

  async close() {
    await this.child.ask('close');
  }
}

/** `http.get` and `http.request` alike; an error of the connection is an answer of status 0. */
function exchange(send, url, options, body) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const done = (answer) => resolve({ ...answer, ms: performance.now() - startedAt });
    const failed = (error) => done({ status: 0, headers: '', text: String(error) });
    const request = send(url, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => {
        const headers = response.rawHeaders.join('\n');
        done({ status: response.statusCode, headers, text: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', failed);
    request.setTimeout(MOST_WAIT_MS, () => request.destroy(new Error('no answer')));
    request.end(body);
  });
}

/** Two routes of one application; its processes stay, so that their memory shows what an outage leaves behind. */
export class GuardedApp {
  name = 'guarded app';
  modes = ['open', 'closed'];
  #stage;
  #children = new Map();

  constructor(stage) {
    this.#stage = stage;
  }

  async start(role) {
    const { directory, redisUrl, key, baseUrl } = this.#stage;
    const child =
      this.#children.get(role) ?? new Child(join(HERE, 'guarded-process.mjs'), directory, [], ['--expose-gc']);
    this.#children.set(role, child);
    child.newOutput(0);
    const options = { redis: { url: redisUrl }, quotaBrake: { perPrefix: MOST_NEW, perAsn: MOST_NEW } };
    const settings = { vendor: VENDOR, key, baseUrl, dailyBudget: DAILY_BUDGET, deadlineMs: DEADLINE_MS, options };
    return new GuardedInstance(child, await child.ask('start', settings));
  }

  /** The verdict in an answer, in the words of the tally. */
  verdictIn(text) {
    const { risk } = JSON.parse(text);
    if (risk?.cause === 'unavailable' && risk.score === undefined) return 'unavailable';
    return risk?.cause === 'score' && risk.failedOpen === false ? 'verdict' : 'strange';
  }

  async stop() {
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
  }
}

class ServiceInstance extends Instance {
  ask(address, _mode, agent) {
    const body = JSON.stringify({ ip_address: address });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return exchange(post, `${this.url}/v1/ips/risk`, { method: 'POST', agent, headers }, body);
  }

  async close() {
    await this.child.end();
  }
}

/** `dist/main.js`, each time anew. Every request is counted by the throttle, in Redis where it is there. */
export class Service {
  name = 'service';
  modes = ['api'];
  #stage;
  #running = new Set();

  constructor(stage) {
    this.#stage = stage;
  }

  /** @param isWatched false for one that is as its users have it. */
  async start(_role, isWatched = true) {
    const probe = isWatched ? ['--expose-gc', '--import', join(HERE, 'service-probe.mjs')] : [];
    const main = join(HERE, '../../dist/main.js');
    const child = new Child(main, this.#stage.directory, [], probe, this.#environment());
    this.#running.add(child);
    const instance = new ServiceInstance(child, '');
    for (const startedAt = performance.now(); instance.url === ''; await wait(20)) {
      instance.url = /Listening on (http:\S+)/.exec(instance.output)?.[1] ?? '';
      if (child.hasEnded || performance.now() - startedAt > START_MS) {
        throw new Error(`The service does not start:\n${instance.output}`);
      }
    }
    return instance;
  }

  verdictIn(text) {
    const { assessment } = JSON.parse(text);
    return assessment?.status === 'complete' && typeof assessment.score === 'number' ? 'verdict' : 'strange';
  }

  async stop() {
    await Promise.all([...this.#running].map((child) => child.stop()));
  }

  #environment() {
    const { directory, redisUrl, key, baseUrl } = this.#stage;
    return {
      PORT: '0',
      HOST: '127.0.0.1',
      IP_RISK_PROVIDERS: VENDOR,
      IPSTACK_ACCESS_KEY: key,
      IPSTACK_BASE_URL: baseUrl,
      IPSTACK_DAILY_BUDGET: String(DAILY_BUDGET),
      IP_RISK_DEADLINE_MS: String(DEADLINE_MS),
      IP_RISK_FEEDS: 'none',
      // It would make a database, in a directory that all of them share.
      IP_RISK_DECISION_LOG: 'off',
      IP_RISK_DATA_DIR: directory,
      IP_RISK_NEW_PER_PREFIX: String(MOST_NEW),
      IP_RISK_NEW_PER_ASN: String(MOST_NEW),
      IP_RISK_THROTTLE_LIMIT: String(DAILY_BUDGET),
      REDIS_URL: redisUrl,
      IP_RISK_HASH_KEY: 'a-hash-key-of-the-fault-run',
    };
  }
}

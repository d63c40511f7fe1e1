// What was acknowledged, held against the database and against what Novu was asked to send.
import pg from 'pg';
import { plannedEvent } from './planned-event.mjs';

const MOST_TOLD = 5;
const SCHEMA = 'ip_risk';

export class AlertLedger {
  #site;
  #stream;
  #base;

  constructor({ site, stream, base }) {
    this.#site = site;
    this.#stream = stream;
    this.#base = base;
  }

  /** Users who owe an alert: both of their logins were acknowledged. */
  owed() {
    const users = [];
    for (const number of this.#stream.acknowledged) {
      if (number % 2 === 0 || !this.#stream.acknowledged.has(number - 1)) continue;
      const { userId, isTraveller } = plannedEvent(number, this.#base);
      if (isTraveller) users.push(userId);
    }
    return users;
  }

  /** @returns users who owe an alert that Novu has not heard of. */
  undelivered() {
    const told = new Set(this.#site.novu.triggers.map(({ payload }) => payload.user));
    return this.owed().filter((user) => !told.has(user));
  }

  /** @returns sentences, one for each kind of fault. */
  async faults() {
    const { triggers } = this.#site.novu;
    const byAlert = groups(triggers, ({ payload }) => payload.alert_id);
    const byUser = groups(triggers, ({ payload }) => payload.user);
    const keysOf = (sent) => new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size;
    return told({
      'alerts that never reached Novu': this.undelivered(),
      'alerts with more than one idempotency key': [...byAlert].filter(([, sent]) => keysOf(sent) > 1).map(first),
      'alerts without an idempotency key': triggers.filter(({ idempotencyKey }) => !idempotencyKey).map(userOf),
      'users with more than one alert': [...byUser].filter(([, sent]) => sent.length > 1).map(first),
      'alerts about nobody who travelled': triggers.filter((trigger) => !isAboutTraveller(trigger)).map(userOf),
      'odd answers': this.#stream.odd,
      ...(await this.#faultsOfRows()),
    });
  }

  async #faultsOfRows() {
    const client = new pg.Client({ connectionString: this.#site.postgres.url });
    await client.connect();
    try {
      const { rows: logins } = await client.query(
        `select event_id, count(*)::int as rows from ${SCHEMA}.user_login_events group by event_id`,
      );
      const { rows: decisions } = await client.query(
        `select subject, host(ip) as ip, sum(count)::int as count from ${SCHEMA}.decisions group by subject, ip`,
      );
      const stored = new Map(logins.map(({ event_id: id, rows }) => [id, rows]));
      const logged = new Set(decisions.map(({ subject, ip }) => `${subject} ${ip}`));
      const events = [...this.#stream.acknowledged].map((number) => plannedEvent(number, this.#base));
      return {
        'logins lost': events.filter(({ eventId }) => !stored.has(eventId)).map(({ eventId }) => eventId),
        'logins stored twice': [...stored].filter(([, rows]) => rows > 1).map(first),
        'decisions lost': events
          .filter(({ userId, ip }) => !logged.has(`${userId} ${ip}`))
          .map(({ eventId }) => eventId),
      };
    } finally {
      await client.end();
    }
  }
}

const first = ([id]) => id;
const userOf = ({ payload }) => payload.user;
const isAboutTraveller = ({ payload }) => /^user-\d*0$/.test(payload.user);

function groups(triggers, keyOf) {
  const found = new Map();
  for (const trigger of triggers) found.set(keyOf(trigger), [...(found.get(keyOf(trigger)) ?? []), trigger]);
  return found;
}

function told(faults) {
  return Object.entries(faults)
    .filter(([, ids]) => ids.length > 0)
    .map(([fault, ids]) => `${ids.length} ${fault}: ${ids.slice(0, MOST_TOLD).join(', ')}`);
}

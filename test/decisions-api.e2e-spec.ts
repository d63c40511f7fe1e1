import { ApiKeys } from '../src/common/config/api-keys.js';
import { DECISIONS_PARAMETERS } from '../src/modules/api/decisions/decision-parameters.js';
import { writePageCursor } from '../src/modules/api/page-cursor.js';
import { NO_DATABASE } from '../src/modules/storage/no-database.js';
import { ApiDescription } from './support/api-description.js';
import { DATABASES } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import type { Answer } from './support/http-client.js';
import { ADDRESSES, MINUTE, TravellingUsers } from './support/travelling-users.js';

interface Decision {
  readonly id: string;
  readonly at: string;
  readonly count: number;
  readonly action: string;
  readonly policy: string;
  readonly level: string | null;
  readonly score: number | null;
  readonly user_id: string | null;
  readonly ip_address: string | null;
}

const KEY = 'a-key-of-the-tests';
const NOWHERE = 'a23456789012345678901234';
/** A whole minute, so that requests of one step are of one minute. */
const START = Math.floor(Date.now() / MINUTE) * MINUTE;
const clock = new FakeClock(START);
const iso = (ms: number): string => new Date(ms).toISOString();

const REQUESTS: readonly [minute: number, body: Readonly<Record<string, string>>, path?: string][] = [
  [0, { ip_address: ADDRESSES.paris, user_id: 'ann' }],
  [0, { ip_address: ADDRESSES.paris, user_id: 'ann' }],
  [1, { ip_address: ADDRESSES.vpn, user_id: 'bob', policy: 'payment' }],
  [2, { ip_address: ADDRESSES.vpn, user_id: "ann' or '1'='1", claimed_country: 'DE' }],
  [2, { ip_address: ADDRESSES.unanswered, user_id: 'ann' }],
  [3, { ip_address: ADDRESSES.unanswered, user_id: 'bob', policy: 'payment' }],
  [3, { ip_address: ADDRESSES.internal }],
  [4, { ip_address: ADDRESSES.server }],
  [5, { ip_address: ADDRESSES.paris, user_id: 'tess' }, '/v1/logins'],
  [6, { ip_address: ADDRESSES.tokyo, user_id: 'tess' }, '/v1/logins'],
];

let users: TravellingUsers;
let description: ApiDescription;
let decisions: readonly Decision[];

const get = (path: string): Promise<Answer> => users.get(`/v1/${path}`);
const listed = ({ json }: Answer): Decision[] => json.decisions as Decision[];

/** Every field stands in the description, and every field of the description in the answer. */
function expectDescribed(answer: unknown, schema: string): void {
  expect(description.undescribed(answer, schema)).toEqual([]);
  expect(description.missing(answer, schema)).toEqual([]);
}

beforeAll(async () => {
  const [embedded] = DATABASES;
  if (embedded === undefined) throw new TypeError('The embedded database is always there.');
  users = await TravellingUsers.start(
    embedded,
    { apiKeys: new ApiKeys([KEY]), decisionLog: 'batched' },
    { clock, headers: [['x-api-key', KEY]] },
  );
  description = await ApiDescription.of(users.service);
  for (const [minute, body, path = '/v1/ips/risk'] of REQUESTS) {
    clock.advance(START + minute * MINUTE - clock.now());
    const { status } = await users.service.http.post(path, body, [['x-api-key', KEY]]);
    expect([200, 503]).toContain(status);
  }
  // Until all are written; the log gathers for a moment, and goes on once a batch is written.
  decisions = await eventually(async () => {
    clock.advance(300);
    const found = listed(await get('decisions'));
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(REQUESTS.length);
    return found;
  });
}, 60_000);

afterAll(() => users.close());

describe('decisions over the API', () => {
  it('lists them, the latest first, with identical ones of a minute counted', async () => {
    const answer = await get('decisions');
    expect([answer.status, answer.json.next_cursor]).toEqual([200, null]);
    expect(decisions.map(({ at }) => Date.parse(at))).toEqual(
      [6, 5, 4, 3, 3, 2, 2, 1, 0].map((n) => START + n * MINUTE),
    );
    expect(decisions.at(-1)).toMatchObject({
      count: 2,
      at: iso(START),
      route: 'POST /v1/ips/risk',
      policy: 'login',
      action: 'allow',
      cause: 'score',
      user_id: 'ann',
      ip_address: ADDRESSES.paris,
      country: 'FR',
      asn: 3215,
      confirmed: true,
    });
    expectDescribed(answer.json, 'LoggedDecisions');
  });

  const FILTERS: readonly [query: string, holds: (decision: Decision) => boolean][] = [
    ['user_id=ann', ({ user_id }) => user_id === 'ann'],
    [`user_id=${encodeURIComponent("ann' or '1'='1")}`, ({ user_id }) => user_id === "ann' or '1'='1"],
    ['policy=payment', ({ policy }) => policy === 'payment'],
    ['action=allow', ({ action }) => action === 'allow'],
    ['level=low', ({ level }) => level === 'low'],
    [`ip_address=${ADDRESSES.vpn}`, ({ ip_address }) => ip_address === ADDRESSES.vpn],
    [`ip_address=::ffff:${ADDRESSES.vpn}`, ({ ip_address }) => ip_address === ADDRESSES.vpn],
    [
      `since=${START + MINUTE}&until=${START + 3 * MINUTE}`,
      ({ at }) => at < iso(START + 3 * MINUTE) && at > iso(START),
    ],
    [
      `user_id=bob&policy=payment&since=${START + 2 * MINUTE}`,
      ({ user_id, at }) => user_id === 'bob' && at > iso(START + 2 * MINUTE),
    ],
  ];

  it.each(FILTERS)('finds what matches %s, all of it and nothing of anybody else', async (query, holds) => {
    const expected = decisions.filter(holds);
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.length).toBeLessThan(decisions.length);
    expect(listed(await get(`decisions?${query}`))).toEqual(expected);
  });

  it.each([
    'policy=never-configured',
    'user_id=an%25',
    `user_id=ANN`,
    'user_id=ann&policy=payment',
    'level=critical&action=review',
  ])('finds nothing where nothing matches %s', async (query) => {
    expect((await get(`decisions?${query}`)).json).toEqual({ decisions: [], next_cursor: null });
  });

  it('goes through all pages with a cursor, each decision once, and within the filter', async () => {
    for (const [filter, all] of [
      ['', decisions],
      ['&policy=login', decisions.filter(({ policy }) => policy === 'login')],
    ] as const) {
      const found: Decision[] = [];
      let cursor: string | null = '';
      for (let page = 0; cursor !== null && page < decisions.length; page += 1) {
        const { json }: Answer = await get(`decisions?limit=2${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`);
        found.push(...(json.decisions as Decision[]));
        cursor = json.next_cursor as string | null;
      }
      expect([found, cursor]).toEqual([all, null]);
    }
  });

  it('explains each in words, and comes to the same once more', async () => {
    for (const decision of decisions) {
      const { status, json } = await get(`decisions/${decision.id}`);
      expect([status, json]).toMatchObject([200, decision]);
      expect(json.explanation.length).toBeGreaterThan(1);
      for (const sentence of json.explanation as string[]) expect(sentence).toMatch(/^\S.*\.$/s);
      expect(json.rescored).toEqual({ score: decision.score, action: decision.action, is_identical: true });
      expectDescribed(json, 'ExplainedDecision');
    }
  });

  it('shows what a decision was told of travel', async () => {
    const [tokyo, paris] = listed(await get('decisions?user_id=tess'));
    expect((await get(`decisions/${paris?.id ?? ''}`)).json).toMatchObject({ travel_status: 'first', travel: null });
    const { json } = await get(`decisions/${tokyo?.id ?? ''}`);
    expect(json).toMatchObject({
      route: 'POST /v1/logins',
      travel_status: 'impossible',
      travel: { status: 'impossible', held: false, country_changed: true, from_country: 'FR', elapsed_seconds: 60 },
    });
    expect(json.travel.distance_km).toBeGreaterThan(9000);
  });

  it('shows what a decision was made by: signals, failures and the policy as it was', async () => {
    const [vpn] = listed(await get(`decisions?ip_address=${ADDRESSES.vpn}&policy=payment`));
    const throughVpn = await get(`decisions/${vpn?.id ?? ''}`);
    expect(throughVpn.json).toMatchObject({
      signals: { vpn: true, tor: null },
      failures: [],
      travel: null,
      policy_body: { name: 'payment', onUnavailable: 'hold', blockOn: ['tor'], thresholds: { monitor: 20, block: 80 } },
    });
    const [failed] = listed(await get(`decisions?ip_address=${ADDRESSES.unanswered}&policy=payment`));
    expect((await get(`decisions/${failed?.id ?? ''}`)).json).toMatchObject({
      action: 'review',
      failed_closed: true,
      score: null,
      level: null,
      failures: [{ code: 'PROVIDER_TIMEOUT', refused: false }],
    });
  });

  it.each([NOWHERE, 'x', 'a%00b', "'%20or%201=1--", '..%2f..', 'x'.repeat(3000)])(
    'knows no decision %p',
    async (id) => {
      const { status, json } = await get(`decisions/${id}`);
      expect(status).toBe(404);
      expect(json.message).toMatch(/\.$/);
    },
  );

  it('counts a search as ten requests, and one decision as one', async () => {
    const left = async (path: string): Promise<number> =>
      Number(/r=(\d+)/.exec(String((await get(path)).headers['ratelimit']))?.[1]);
    const before = await left('decisions/x');
    expect(await left('decisions?limit=1')).toBe(before - 10);
    expect(await left('decisions/x')).toBe(before - 11);
  });
});

describe('what the routes of decisions refuse', () => {
  const ADDRESS = 'IP address must be in valid IPv4 or IPv6 format';
  const CURSOR = 'cursor must be the next_cursor of an answer to the same question.';
  const FAR = writePageCursor({ at: 999_999_999_999_999, id: NOWHERE });

  it.each([
    ['?action=destroy', 'action must be one of: allow, monitor, challenge, block, review.'],
    ['?level=', 'level must be one of: low, medium, high, critical.'],
    ['?policy=a%00', 'policy must be text of 1-128 characters without control characters.'],
    ['?user_id=anonymous', /^A user id is text/],
    ['?user_id=a%00b', /^A user id is text/],
    [`?user_id=${'x'.repeat(257)}`, /^A user id is text/],
    ["?ip_address=8.8.8.8'--", ADDRESS],
    ['?ip_address=8.8.8.8%00', ADDRESS],
    ['?since=yesterday', /^since must be ISO 8601 /],
    ['?since=9000000000000000', /^since must be ISO 8601 .* of the years 1 to 9999\.$/],
    ['?until=300000000000000', /^until must be ISO 8601 .* of the years 1 to 9999\.$/],
    ['?since=5&until=5', 'since must be before until.'],
    ['?limit=201', 'limit must be a whole number from 1 to 200.'],
    ["?cursor=1'%20or%201=1", CURSOR],
    [`?cursor=${FAR}`, CURSOR],
    ['?cursor=a&cursor=b', 'cursor must be given once.'],
    ['?subject=ann', 'There is no parameter "subject"; remove it.'],
    [`/${NOWHERE}?full=1`, 'There is no parameter "full"; remove it.'],
  ])('refuses %s', async (rest, sentence) => {
    const { status, json } = await get(`decisions${rest}`);
    const message: unknown = typeof sentence === 'string' ? sentence : expect.stringMatching(sentence);
    expect([status, json.message]).toEqual([400, message]);
  });

  const QUESTIONS = ['decisions', 'decisions?ip_address=8.8.8.8', `decisions/${NOWHERE}`];

  it('asks for a key', async () => {
    for (const path of QUESTIONS) expect((await users.service.http.call(`/v1/${path}`)).status).toBe(401);
  });

  it('makes no database for a question, and finds nothing in it', async () => {
    users.use({ ...NO_DATABASE, report: () => ({ ...NO_DATABASE.report(), kind: 'embedded' }) });
    const [all, some, one] = await Promise.all(QUESTIONS.map(get));
    users.use(users.database);
    expect([all?.json, some?.json]).toEqual(Array(2).fill({ decisions: [], next_cursor: null }));
    expect(one?.status).toBe(404);
  });

  it('answers 503 while the database is away', async () => {
    users.use(NO_DATABASE);
    const answers = await Promise.all(QUESTIONS.map(get));
    users.use(users.database);
    for (const { status, json } of answers) expect([status, json.error]).toEqual([503, 'STORAGE_UNAVAILABLE']);
  });

  it('describes every parameter', () => {
    expect(description.queryParameters('/v1/decisions').sort()).toEqual(Object.keys(DECISIONS_PARAMETERS).sort());
  });
});

describe('health', () => {
  it('tells of the decision log', async () => {
    const { status, json } = await users.service.http.call('/health/ready');
    expect(status).toBe(200);
    expect(json.details).toMatchObject({
      decision_log: {
        status: 'up',
        mode: 'batched',
        log_status: 'up',
        waiting: 0,
        recorded: REQUESTS.length,
        summarised: 0,
        failures: 0,
        failing_since: null,
        reason: null,
      },
    });
  });
});

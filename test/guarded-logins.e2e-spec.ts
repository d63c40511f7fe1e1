import { Controller, ForbiddenException, Post, Req, Res } from '@nestjs/common';
import { DATABASE, GeoVelocityService, IpRisk, type Database, type GuardedRequest } from 'nestjs-ip-risk';
import { DATABASES, dispose } from './support/databases.js';
import { ADAPTERS, controllerOf, GuardedApp } from './support/guarded-app.js';
import { PlacedProvider, TRAVELLERS } from './support/placed-provider.js';

const subject = ({ headers }: GuardedRequest): string | undefined => headers['x-user'] as string | undefined;
const as = (user: string) => ({ method: 'POST', headers: [['x-user', user]] }) as const;

interface Reply {
  status(code: number): unknown;
}

@Controller('session')
@IpRisk({ subject, recordOn: 'success', onChallenge: 'reject' })
class SessionController {
  @Post('open')
  open(): { readonly opened: true } {
    return { opened: true };
  }

  /** The options of a method say it again: it is recorded once. */
  @Post('again')
  @IpRisk({ recordOn: 'success' })
  again(): { readonly opened: true } {
    return { opened: true };
  }

  @Post('refused')
  refused(): never {
    throw new ForbiddenException();
  }

  @Post('refused-by-status')
  refusedByStatus(@Req() _request: unknown, @Res({ passthrough: true }) reply: Reply): { readonly opened: false } {
    reply.status(401);
    return { opened: false };
  }
}

const Routes = controllerOf('routes', {
  recorded: { subject, recordOn: 'request' },
  standard: { subject },
  numbered: { subject: ({ headers }: GuardedRequest) => Number(headers['x-user']) },
  broken: {
    subject: () => {
      throw new TypeError('no user');
    },
    failClosed: true,
  },
  checked: { subject, recordOn: 'never' },
  closed: { subject, recordOn: 'never', failClosed: true },
  rejecting: { subject, recordOn: 'request', onChallenge: 'reject' },
});

describe.each(DATABASES)('guarded logins on the $name database', ({ create }) => {
  let database: Database;

  beforeAll(async () => {
    database = await create();
  });

  afterAll(async () => {
    await dispose(database);
  });

  describe.each(ADAPTERS)('under %s', (name, adapter) => {
    let guarded: GuardedApp;
    const user = (label: string): string => `${label} of ${name}`;
    const loginsOf = async (label: string): Promise<number> => {
      const { rows } = await database.query<{ count: string }>(
        `select count(*) from ${database.schema}.user_login_events where user_id = $1`,
        [user(label)],
      );
      return Number(rows[0]?.count);
    };

    beforeAll(async () => {
      guarded = await GuardedApp.start({
        adapter,
        controllers: [SessionController, Routes],
        // The database of the test stands in for the one that this would open.
        options: { providers: [new PlacedProvider()], database: { directory: '/nowhere/ip-risk' }, deadlineMs: 5000 },
        override: (builder) => builder.overrideProvider(DATABASE).useValue(unclosed(database)),
      });
    });

    afterAll(async () => {
      await guarded.close();
    });

    it('asks for a second factor where nobody can have travelled so fast, and tells the handler why', async () => {
      const first = await guarded.http.from(TRAVELLERS.paris, '/routes/recorded', as(user('ann')));
      const second = await guarded.http.from(TRAVELLERS.tokyo, '/routes/recorded', as(user('ann')));
      expect(first.json.risk).toMatchObject({ action: 'allow', travel: { verdict: { status: 'first' } } });
      expect(second.json).toMatchObject({ ran: true, requireMfa: true });
      expect(second.json.risk).toMatchObject({
        action: 'challenge',
        score: 50,
        reasons: [{ code: 'IMPOSSIBLE_TRAVEL', points: 50 }],
        travel: { verdict: { status: 'impossible', from: { country: 'FR' } }, isDuplicate: false },
      });
      expect(await loginsOf('ann')).toBe(2);
    });

    it('answers 401 without a word about travel where the route rejects', async () => {
      await guarded.http.from(TRAVELLERS.paris, '/routes/rejecting', as(user('bob')));
      const { status, text } = await guarded.http.from(TRAVELLERS.tokyo, '/routes/rejecting', as(user('bob')));
      expect(status).toBe(401);
      expect(text).not.toMatch(/travel|km|FR|JP|Paris|Tokyo/i);
    });

    it('lets the user back in at home after somebody tried elsewhere, and stops that somebody again', async () => {
      const seen: [string, string][] = [];
      for (const place of ['paris', 'tokyo', 'parisOffice', 'tokyoHotel', 'paris'] as const) {
        const { json } = await guarded.http.from(TRAVELLERS[place], '/routes/recorded', as(user('cleo')));
        seen.push([place, json.risk.action]);
      }
      expect(seen).toEqual([
        ['paris', 'allow'],
        ['tokyo', 'challenge'],
        ['parisOffice', 'allow'],
        ['tokyoHotel', 'challenge'],
        ['paris', 'allow'],
      ]);
      expect(await guarded.app.get(GeoVelocityService).findings(user('cleo'))).toHaveLength(1);
    });

    it('takes a VPN for a VPN: no trip, and no place to start the next one from', async () => {
      await guarded.http.from(TRAVELLERS.paris, '/routes/recorded', as(user('dora')));
      const vpn = await guarded.http.from(TRAVELLERS.vpnInTokyo, '/routes/recorded', as(user('dora')));
      const home = await guarded.http.from(TRAVELLERS.parisOffice, '/routes/recorded', as(user('dora')));
      expect(vpn.json.risk).toMatchObject({
        score: 25,
        travel: { verdict: { status: 'not-comparable', network: 'vpn' } },
      });
      expect(home.json.risk).toMatchObject({ action: 'allow', travel: { verdict: { status: 'possible' } } });
    });

    it('does not know where a country is', async () => {
      await guarded.http.from(TRAVELLERS.tokyo, '/routes/recorded', as(user('ella')));
      const { json } = await guarded.http.from(TRAVELLERS.france, '/routes/recorded', as(user('ella')));
      expect(json.risk).toMatchObject({ travel: { verdict: { status: 'unknown' } } });
      expect(json.risk.reasons).toEqual([]);
    });

    it('only looks where the route never records', async () => {
      await guarded.http.from(TRAVELLERS.paris, '/routes/recorded', as(user('fay')));
      const { json } = await guarded.http.from(TRAVELLERS.tokyo, '/routes/checked', as(user('fay')));
      expect(json.risk).toMatchObject({ action: 'challenge', travel: { verdict: { status: 'impossible' } } });
      expect(await loginsOf('fay')).toBe(1);
    });

    it('records after the handler has succeeded, before the answer, and once', async () => {
      const { status } = await guarded.http.from(TRAVELLERS.paris, '/session/open', as(user('gina')));
      expect([status, await loginsOf('gina')]).toEqual([201, 1]);
      await guarded.http.from(TRAVELLERS.paris, '/session/again', as(user('gina')));
      expect(await loginsOf('gina')).toBe(2);
    });

    it('records nothing where the handler says no, whichever way, nor where it never ran', async () => {
      await guarded.http.from(TRAVELLERS.paris, '/session/open', as(user('hana')));
      const refused = await guarded.http.from(TRAVELLERS.paris, '/session/refused', as(user('hana')));
      const byStatus = await guarded.http.from(TRAVELLERS.paris, '/session/refused-by-status', as(user('hana')));
      const challenged = await guarded.http.from(TRAVELLERS.tokyo, '/session/open', as(user('hana')));
      expect([refused.status, byStatus.status, challenged.status]).toEqual([403, 401, 401]);
      expect(await loginsOf('hana')).toBe(1);
    });

    it('records by itself only what succeeded, and nobody who has yet to show a second factor', async () => {
      await guarded.http.from(TRAVELLERS.paris, '/routes/standard', as(user('ines')));
      const challenged = await guarded.http.from(TRAVELLERS.tokyo, '/routes/standard', as(user('ines')));
      expect(challenged.json).toMatchObject({ ran: true, requireMfa: true });
      expect(await loginsOf('ines')).toBe(1);
    });

    it('records the address inside a NAT64 one, whose carrier all of its clients share', async () => {
      const geoVelocity = guarded.app.get(GeoVelocityService);
      const inside = (ip: string): string => `64:ff9b::${ip}`;
      await geoVelocity.recordLogin(user('jo'), inside(TRAVELLERS.paris));
      const report = await geoVelocity.recordLogin(user('jo'), inside(TRAVELLERS.tokyo));
      expect(report).toMatchObject({ verdict: { status: 'impossible' }, login: { country: 'JP' } });
    });

    it('knows users by their numbers', async () => {
      const id = `${name.length}4711`;
      await guarded.http.from(TRAVELLERS.paris, '/routes/numbered', as(id));
      const { json } = await guarded.http.from(TRAVELLERS.tokyo, '/routes/numbered', as(id));
      expect(json.risk).toMatchObject({ subject: id, action: 'challenge', score: 50 });
    });

    it('does not let through closed what it cannot name', async () => {
      const { status } = await guarded.http.from(TRAVELLERS.paris, '/routes/broken', as('x'));
      expect(status).toBe(503);
    });

    it('records nothing of a user who is everybody', async () => {
      const { json } = await guarded.http.from(TRAVELLERS.paris, '/routes/recorded', as('anonymous'));
      expect(json.risk).toMatchObject({ action: 'allow', degraded: [] });
      expect(json.risk.travel).toBeUndefined();
    });
  });
});

describe('a guarded route whose database is away', () => {
  it('goes by the address where it fails open, and answers 503 where it fails closed', async () => {
    const guarded = await GuardedApp.start({
      controllers: [Routes],
      options: {
        providers: [new PlacedProvider()],
        // Nothing listens there.
        database: { url: 'postgres://nobody@127.0.0.1:1/none', warn: () => undefined },
      },
    });
    const open = await guarded.http.from(TRAVELLERS.paris, '/routes/recorded', as('ann'));
    const closed = await guarded.http.from(TRAVELLERS.paris, '/routes/closed', as('ann'));
    await guarded.close();
    expect(open.json.risk).toMatchObject({ action: 'allow', degraded: ['geo-velocity'] });
    expect([closed.status, closed.json.error]).toEqual([503, 'IP_RISK_UNAVAILABLE']);
  });

  it('is never asked by a route without a subject', async () => {
    const guarded = await GuardedApp.start({
      controllers: [controllerOf('plain', { closed: { failClosed: true } })],
      options: {
        providers: [new PlacedProvider()],
        database: { url: 'postgres://nobody@127.0.0.1:1/none', warn: () => undefined },
      },
    });
    const { status } = await guarded.http.from(TRAVELLERS.paris, '/plain/closed');
    await guarded.close();
    expect(status).toBe(200);
  });
});

describe('options about logins', () => {
  const starting = (options: Parameters<typeof GuardedApp.start>[0]) => expect(GuardedApp.start(options)).rejects;

  it('stop the start where nobody could record, or nobody is named', async () => {
    const Recording = controllerOf('r', { route: { subject, recordOn: 'success' } });
    await starting({ controllers: [Recording] }).toThrow(/recordOn needs a "database"/);
    const database = { directory: '/nowhere/ip-risk' };
    const Nameless = controllerOf('n', { route: { recordOn: 'success' } });
    await starting({ controllers: [Nameless], options: { database } }).toThrow(/recordOn needs "subject"/);
  });

  it.each([
    [{ speedKmh: 0 }, /IP_RISK_TRAVEL_SPEED_KMH/],
    [{ speedKmh: NaN }, /IP_RISK_TRAVEL_SPEED_KMH/],
    [{ minDistanceKm: -1 }, /IP_RISK_TRAVEL_MIN_KM/],
    [{ retentionDays: 0 }, /IP_RISK_RETENTION_DAYS/],
    [{ addressDays: 0.5 }, /IP_RISK_ADDRESS_DAYS/],
    [{ trustDays: Infinity }, /IP_RISK_TRUST_DAYS/],
    [{ hashKey: 'short' }, /IP_RISK_HASH_KEY/],
  ])('stop the start where they cannot be meant: %p', async (geoVelocity, problem) => {
    await starting({ controllers: [], options: { geoVelocity } }).toThrow(problem);
  });
});

/** Several apps share the database of the test; none of them closes it. */
function unclosed(database: Database): Database {
  return {
    schema: database.schema,
    open: () => database.open(),
    query: (text, values) => database.query(text, values),
    transaction: (work) => database.transaction(work),
    report: () => database.report(),
    close: () => Promise.resolve(),
  };
}

import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import { FakeProvider } from 'nestjs-ip-risk/testing';
import { SecretText } from '../src/common/secrets/secret-text.js';
import { DatabaseLifecycle } from '../src/modules/ip-risk/database.lifecycle.js';
import { DATABASE, type Database } from '../src/modules/storage/database.js';
import {
  createDocumentDatabase,
  describeDocument,
  DOCUMENT_ASNS,
  documentLogins,
  HOSTING_LOGINS,
  HOSTING_TABLE,
  IMPOSSIBLE_TRAVEL,
  PREREQUISITES,
  USER_JOURNEYS,
  type DocumentDatabase,
  type HostingLoginRow,
  type ImpossibleTravelRow,
  type UserJourneyRow,
} from './support/geo-fraud-document.js';
import type { Answer } from './support/http-client.js';
import { ServiceApp } from './support/service-app.js';
import { DAY } from './support/travelling-users.js';

const now = Date.now();

describeDocument("the article's SQL, by hand and through the API", () => {
  let document: DocumentDatabase;
  let service: ServiceApp;

  beforeAll(async () => {
    document = await createDocumentDatabase();
    await document.byHand(PREREQUISITES + HOSTING_TABLE);
    await document.seed(documentLogins(now), DOCUMENT_ASNS);
    service = await ServiceApp.start(
      {
        databaseUrl: new SecretText(document.url),
        databaseSchema: document.schema,
      },
      (builder) => {
        builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([new FakeProvider()]);
        // Its upkeep adds to the list of hosting networks while both are asked. In the end the test closes what it would.
        builder.overrideProvider(DatabaseLifecycle).useValue({});
      },
    );
  }, 120_000);

  afterAll(async () => {
    await service.app.get<Database>(DATABASE).close();
    await service.close();
    await document.dispose();
  }, 30_000);

  const both = async <Row>(sql: string, path: string): Promise<[byHand: Row[], answer: Answer['json']]> => {
    const { status, json } = await service.http.call(`/v1/analytics/${path}`);
    expect(status).toBe(200);
    expect(json.complete).toBe(true);
    return [await document.byHand<Row>(sql), json];
  };
  const WHOLE = `since=${now - 61 * DAY}&until=${now + DAY}&limit=10000`;
  const sorted = <T>(rows: T[]): T[] => rows.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  /** As exact as the API says it. */
  const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

  it('finds the same impossible travel', async () => {
    const [byHand, { trips }] = await both<ImpossibleTravelRow>(
      IMPOSSIBLE_TRAVEL,
      `impossible-travel?rule=straight&${WHOLE}`,
    );
    expect(byHand.length).toBeGreaterThan(30);
    interface Trip {
      readonly user_id: string;
      readonly from: { readonly ts: string };
      readonly to: { readonly ts: string };
      readonly distance_km: number;
      readonly elapsed_seconds: number;
      readonly speed_kmh: number;
    }
    expect(
      sorted(
        (trips as Trip[]).map(({ user_id, from, to, ...trip }) => [
          user_id,
          to.ts,
          from.ts,
          trip.distance_km,
          trip.elapsed_seconds,
          trip.speed_kmh,
        ]),
      ),
    ).toEqual(
      sorted(
        byHand.map(({ user_id, ts, prev_ts, km, hours, kmh }) => [
          user_id,
          ts.toISOString(),
          prev_ts.toISOString(),
          thousandths(km),
          thousandths(Number(hours) * 3600),
          thousandths(kmh),
        ]),
      ),
    );
  });

  it('lists the same logins through hosting networks', async () => {
    const [byHand, { logins, total_logins }] = await both<HostingLoginRow>(HOSTING_LOGINS, `hosting-logins?${WHOLE}`);
    expect(byHand.length).toBeGreaterThan(30);
    expect(total_logins).toBe(byHand.length);
    const listed = (logins as { user_id: string; ts: string; asn: number }[]).map(({ user_id, ts, asn }) => [
      user_id,
      ts,
      asn,
    ]);
    expect(sorted(listed)).toEqual(
      sorted(byHand.map(({ user_id, ts, asn }) => [user_id, ts.toISOString(), Number(asn)])),
    );
  });

  it('maps the same journeys', async () => {
    const [byHand, { journeys }] = await both<UserJourneyRow>(
      USER_JOURNEYS,
      'journeys?days=30&min_logins=5&limit=10000',
    );
    expect(byHand.length).toBeGreaterThan(5);
    expect(sorted(journeys as unknown[])).toEqual(
      sorted(
        byHand.map((row) => ({
          user_id: row.user_id,
          total_logins: Number(row.total_logins),
          countries_visited: Number(row.countries_visited),
          country_sequence: row.country_sequence ?? [],
          has_country_changes: row.has_country_changes === 1,
          first_login: row.first_login.toISOString(),
          last_login: row.last_login.toISOString(),
        })),
      ),
    );
  });
});

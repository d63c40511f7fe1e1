import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { getMetadataStorage } from 'class-validator';
import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import { FakeProvider } from 'nestjs-ip-risk/testing';
import { REPORTS_PARAMETERS } from '../src/modules/api/account-answers/user-reports.controller.js';
import { BULK_FIELDS, BULK_MAX_IPS } from '../src/modules/api/bulk-request.js';
import {
  FLEET_JOURNEYS_PARAMETERS,
  HOSTING_LOGINS_PARAMETERS,
  IMPOSSIBLE_TRAVEL_PARAMETERS,
  TRAVELLERS_PARAMETERS,
} from '../src/modules/api/analytics/fleet-parameters.js';
import { RecordLoginDto } from '../src/modules/api/logins/record-login.dto.js';
import { ScoreAddressDto } from '../src/modules/api/score-address.dto.js';
import { ChallengeDto } from '../src/modules/api/users/challenge.dto.js';
import { TravelPlanDto } from '../src/modules/api/users/travel-plan.dto.js';
import { JOURNEY_PARAMETERS } from '../src/modules/api/users/users.controller.js';
import { ApiDescription } from './support/api-description.js';
import { ServiceApp } from './support/service-app.js';

let service: ServiceApp;
let description: ApiDescription;

beforeAll(async () => {
  service = await ServiceApp.start();
  description = await ApiDescription.of(service);
}, 60_000);

afterAll(() => service.close());

function routes(): string[] {
  const [discovery, scanner] = [service.app.get(DiscoveryService, { strict: false }), new MetadataScanner()];
  return discovery.getControllers().flatMap(({ metatype }) => {
    const prototype = metatype?.prototype as Record<string, object>;
    const base = String(Reflect.getMetadata(PATH_METADATA, metatype as object));
    return scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name] as object;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as number | undefined;
      if (method === undefined) return [];
      const path = `/${base}/${String(Reflect.getMetadata(PATH_METADATA, handler))}`.replace(/:(\w+)/g, '{$1}');
      return [`${RequestMethod[method] ?? ''} ${path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')}`];
    });
  });
}

const fieldsOf = (dto: abstract new () => unknown): Set<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(dto, '', false, false)
      .map(({ propertyName }) => propertyName),
  );

describe('the API description', () => {
  it('names every route of the service but its own page, and no other', () => {
    const served = routes().filter((route) => !route.startsWith('GET /docs'));
    expect(description.routes().sort()).toEqual(served.sort());
  });

  it.each([
    ['ScoreAddress', ScoreAddressDto],
    ['RecordLogin', RecordLoginDto],
    ['Challenge', ChallengeDto],
    ['AnnounceTravel', TravelPlanDto],
  ])('names every field that the body %s may have', (name, dto) => {
    expect(new Set(Object.keys(description.schema(name).properties ?? {}))).toEqual(fieldsOf(dto));
  });

  it.each([
    ['/v1/users/{id}/journey', JOURNEY_PARAMETERS],
    ['/v1/users/{id}/anomalies', {}],
    ['/v1/users/{id}/impossible-travel', {}],
    ['/v1/users/{id}/travel-plans', {}],
    ['/v1/users/{id}/reports', REPORTS_PARAMETERS],
    ['/v1/analytics/impossible-travel', IMPOSSIBLE_TRAVEL_PARAMETERS],
    ['/v1/analytics/hosting-logins', HOSTING_LOGINS_PARAMETERS],
    ['/v1/analytics/travellers', TRAVELLERS_PARAMETERS],
    ['/v1/analytics/journeys', FLEET_JOURNEYS_PARAMETERS],
  ])('names every parameter of %s', (path, parameters) => {
    expect(description.queryParameters(path).sort()).toEqual(Object.keys(parameters).sort());
  });

  it('names every field that the body of a list may have, and its length', () => {
    const { properties = {} } = description.schema('ScoreAddresses');
    expect(Object.keys(properties).sort()).toEqual([...BULK_FIELDS].sort());
    expect(properties['ips']?.maxItems).toBe(BULK_MAX_IPS);
  });

  it.each(['8.8.8.8', '10.0.0.1', '2606:4700:4700::1111'])('names every field of the answer about %s', async (ip) => {
    const { json } = await service.http.post('/v1/ips/risk', { ip_address: ip });
    expect(description.undescribed(json, 'Scored')).toEqual([]);
    expect(Object.keys(json as object).sort()).toEqual(
      Object.keys(description.schema('Scored').properties ?? {}).sort(),
    );
  });

  it('names every field of the opinions and failures of vendors', async () => {
    const vendors = [
      new FakeProvider({ id: 'scoring', kind: 'vendor', otherwise: { score: 50 } }),
      new FakeProvider({ id: 'failing', kind: 'vendor', otherwise: 'PROVIDER_TIMEOUT' }),
    ];
    const other = await ServiceApp.start({}, (builder) =>
      builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue(vendors),
    );
    const { json } = await other.http.post('/v1/ips/risk', { ip_address: '8.8.8.8' });
    await other.close();
    expect([json.assessment.opinions, json.assessment.failures]).toMatchObject([{ length: 1 }, { length: 1 }]);
    expect(description.undescribed(json, 'Scored')).toEqual([]);
  });

  it('names every field of the items of a list, and no other', async () => {
    const { json } = await service.http.post('/v1/ips/risk/bulk', { ips: ['8.8.8.8', '10.0.0.1', '8.8.8'] });
    const names = ['BulkItem', 'BulkItem', 'BulkInvalidItem'];
    for (const [index, name] of names.entries()) {
      const item = json[index] as object;
      expect(description.undescribed(item, name)).toEqual([]);
      expect(Object.keys(item).sort()).toEqual(Object.keys(description.schema(name).properties ?? {}).sort());
    }
    expect(Object.keys(json[0].signals as object)).toEqual(Object.keys(description.schema('Signals').properties ?? {}));
  });
});

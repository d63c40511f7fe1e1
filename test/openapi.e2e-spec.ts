import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { getMetadataStorage } from 'class-validator';
import { IP_INTELLIGENCE_PROVIDERS } from 'nestjs-ip-risk';
import { FakeProvider } from 'nestjs-ip-risk/testing';
import { BULK_FIELDS, BULK_MAX_IPS } from '../src/modules/api/bulk-request.js';
import { ScoreAddressDto } from '../src/modules/api/score-address.dto.js';
import { ServiceApp } from './support/service-app.js';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly maxItems?: number;
  readonly items?: Schema;
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let service: ServiceApp;
let description: Description;

beforeAll(async () => {
  service = await ServiceApp.start();
  description = (await service.http.call('/docs-json')).json as Description;
}, 60_000);

afterAll(() => service.close());

const schema = (name: string): Schema => description.components.schemas[name] ?? {};
const resolved = (found: Schema): Schema =>
  found.$ref === undefined ? found : schema(found.$ref.split('/').at(-1) ?? '');

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

/** Every field of the answer stands in the description, down to where the description stops naming fields. */
function undescribed(answer: unknown, described: Schema, at: string): string[] {
  const { properties, items } = resolved(described);
  if (Array.isArray(answer) && items !== undefined) {
    return answer.flatMap((each, index) => undescribed(each, items, `${at}[${index}]`));
  }
  if (properties === undefined || typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([name, value]) => {
    const found = properties[name];
    return found === undefined ? [`${at}.${name}`] : undescribed(value, found, `${at}.${name}`);
  });
}

describe('the API description', () => {
  it('names every route of the service but its own page, and no other', () => {
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = routes().filter((route) => !route.startsWith('GET /docs'));
    expect(described.sort()).toEqual(served.sort());
  });

  it('names every field that the body may have', () => {
    const validations = getMetadataStorage().getTargetValidationMetadatas(ScoreAddressDto, '', false, false);
    const fields = new Set(validations.map(({ propertyName }) => propertyName));
    expect(new Set(Object.keys(schema('ScoreAddress').properties ?? {}))).toEqual(fields);
  });

  it('names every field that the body of a list may have, and its length', () => {
    const { properties = {} } = schema('ScoreAddresses');
    expect(Object.keys(properties).sort()).toEqual([...BULK_FIELDS].sort());
    expect(properties['ips']?.maxItems).toBe(BULK_MAX_IPS);
  });

  it.each(['8.8.8.8', '10.0.0.1', '2606:4700:4700::1111'])('names every field of the answer about %s', async (ip) => {
    const { json } = await service.http.post('/v1/ips/risk', { ip_address: ip });
    expect(undescribed(json, schema('Scored'), 'answer')).toEqual([]);
    expect(Object.keys(json as object).sort()).toEqual(Object.keys(schema('Scored').properties ?? {}).sort());
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
    expect(undescribed(json, schema('Scored'), 'answer')).toEqual([]);
  });

  it('names every field of the items of a list, and no other', async () => {
    const { json } = await service.http.post('/v1/ips/risk/bulk', { ips: ['8.8.8.8', '10.0.0.1', '8.8.8'] });
    const names = ['BulkItem', 'BulkItem', 'BulkInvalidItem'];
    for (const [index, name] of names.entries()) {
      const item = json[index] as object;
      expect(undescribed(item, schema(name), 'item')).toEqual([]);
      expect(Object.keys(item).sort()).toEqual(Object.keys(schema(name).properties ?? {}).sort());
    }
    expect(Object.keys(json[0].signals as object)).toEqual(Object.keys(schema('Signals').properties ?? {}));
  });
});

import { VersioningType, type INestApplication } from '@nestjs/common';
import { DecisionCounters } from 'nestjs-ip-risk';
import { GeneratedRoutes, type GeneratedRoute } from './support/generated-routes.js';
import { ADAPTERS, GuardedApp } from './support/guarded-app.js';
import { CLIENTS } from './support/stub-provider.js';

interface Setting {
  readonly configure: (app: INestApplication) => unknown;
  readonly urlOf: (route: GeneratedRoute) => string;
  readonly headersOf: (route: GeneratedRoute) => [string, string][];
}

const SETTINGS: readonly (readonly [name: string, setting: Setting])[] = [
  ['bare paths', { configure: () => undefined, urlOf: ({ path }) => `/${path}`, headersOf: () => [] }],
  [
    'a global prefix and versions in the path',
    {
      configure: (app) => app.setGlobalPrefix('api/shop').enableVersioning({ type: VersioningType.URI }),
      urlOf: ({ path, version }) => `/api/shop/v${version}/${path}`,
      headersOf: () => [],
    },
  ],
  [
    'versions in a header',
    {
      configure: (app) => app.enableVersioning({ type: VersioningType.HEADER, header: 'x-api-version' }),
      urlOf: ({ path }) => `/${path}`,
      headersOf: ({ version }) => [['x-api-version', version]],
    },
  ],
];

const ANY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];

/** The methods that reach a route: `HEAD` asks for what `GET` would answer. */
function methodsOf({ verb }: GeneratedRoute): readonly string[] {
  if (verb === 'All') return ANY_METHOD;
  return verb === 'Get' ? ['GET', 'HEAD'] : [verb.toUpperCase()];
}

const BLOCKED = { error: 'IP_RISK_DENIED', message: 'The request was blocked.' };

describe.each(ADAPTERS)('routes generated for %s', (name, adapter) => {
  describe.each(SETTINGS)('with %s', (_setting, { configure, urlOf, headersOf }) => {
    const generated = new GeneratedRoutes(name === 'Express' ? '*path' : '*');
    let guarded: GuardedApp;

    beforeAll(async () => {
      guarded = await GuardedApp.start({ adapter, controllers: generated.controllers, configure });
    });

    afterAll(() => guarded.close());

    /** What each way of calling the route comes to: `blocked`, `ran`, or what else it was. */
    async function outcomesFor(route: GeneratedRoute, client: string): Promise<string[]> {
      const outcomes: string[] = [];
      for (const method of methodsOf(route)) {
        generated.ran.length = 0;
        const answer = await guarded.http.from(client, urlOf(route), { method, headers: headersOf(route) });
        const hasBlockedBody = method === 'HEAD' || JSON.stringify(answer.json) === JSON.stringify(BLOCKED);
        const ran = generated.ran.join();
        if (answer.status === 403 && hasBlockedBody && ran === '') outcomes.push('blocked');
        else if (answer.status < 300 && ran === route.id) outcomes.push('ran');
        else outcomes.push(`${method} answers ${answer.status} ${answer.text}, runs ${ran}`);
      }
      return outcomes;
    }

    async function routesThatDoNot(outcome: string, routes: GeneratedRoute[], client: string): Promise<string[]> {
      const others: string[] = [];
      for (const route of routes) {
        const strange = (await outcomesFor(route, client)).filter((found) => found !== outcome);
        if (strange.length > 0) others.push(`${route.id} ${urlOf(route)}: ${strange.join('; ')}`);
      }
      return others;
    }

    it('has 312 routes, 180 of them decorated', () => {
      expect(generated.routes).toHaveLength(312);
      expect(new Set(generated.routes.map(({ verb, path }) => `${verb} ${path}`)).size).toBe(312);
      expect(generated.routes.filter(({ isDecorated }) => isDecorated)).toHaveLength(180);
    });

    it('blocks a client that scores 100 on every decorated route, HEAD included, and runs no handler', async () => {
      const decorated = generated.routes.filter(({ isDecorated }) => isDecorated);
      expect(await routesThatDoNot('blocked', decorated, CLIENTS.worst)).toEqual([]);
    });

    it('assesses nobody on an undecorated route, and runs its handler for the same client', async () => {
      const undecorated = generated.routes.filter(({ isDecorated }) => !isDecorated);
      const before = guarded.app.get(DecisionCounters).snapshot();
      expect(await routesThatDoNot('ran', undecorated, CLIENTS.worst)).toEqual([]);
      expect(guarded.app.get(DecisionCounters).snapshot()).toEqual(before);
    });

    it('runs the handler of every decorated route for a clean client', async () => {
      const decorated = generated.routes.filter(({ isDecorated }) => isDecorated);
      expect(await routesThatDoNot('ran', decorated, CLIENTS.clean)).toEqual([]);
    });
  });
});

import {
  example,
  EXAMPLE_PARTS,
  exampleRecord,
  exampleSubject,
  exampleWith,
} from '../../../../test/support/example-vendor.js';
import { ProviderError, type ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import { objectIn, recordOf } from '../../../common/json/json-fields.js';
import type { BulkLookup, IpIntelligenceProvider, LookupContext } from '../ip-intelligence-provider.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import { statement } from '../statement.js';
import type { VendorSeams, VendorSubject } from './contract-subject.js';
import { providerContract } from './provider-contract.js';

type Create = VendorSubject['create'];
type Fetch = typeof globalThis.fetch;
type Lookup = (address: IpAddress, context: LookupContext) => Promise<IpIntelligence>;

/** The example with something about the finished provider changed. */
const changed =
  (change: (provider: IpIntelligenceProvider, seams: VendorSeams) => object): Create =>
  (seams) => {
    const provider = example(seams);
    return { ...provider, ...change(provider, seams) };
  };

/** The example with another way to ask. */
const fetching =
  (change: (fetch: Fetch) => Fetch): Create =>
  (seams) =>
    example({ ...seams, fetch: change(seams.fetch) });

/** The example with a lookup around its own. */
const around = (lookup: (own: Lookup, seams: VendorSeams, id: string) => Lookup): Create =>
  changed((provider, seams) => {
    const own: Lookup = async (address, context) => provider.lookup(address, context);
    return { lookup: lookup(own, seams, provider.id) };
  });

/** The example with its answers about IPv6 addresses changed. */
const inIpv6 = (change: (answer: IpIntelligence) => object): Create =>
  around((own) => async (address, context) => {
    const answer = await own(address, context);
    return address.family === 4 ? answer : { ...answer, ...change(answer) };
  });

const bulkOf = (change: (own: BulkLookup['lookup']) => BulkLookup['lookup']): Create =>
  changed(({ bulk }) => ({
    bulk: bulk && { size: bulk.size, lookup: change((addresses, context) => bulk.lookup(addresses, context)) },
  }));

const reading = (status: number, code: ProviderErrorCode): Create =>
  exampleWith({ failureIn: (answer) => (answer.status === status ? { code } : undefined) });

/** The address that the library's client asks, which it gives as text. */
const textOf = (url: Parameters<Fetch>[0]): string => url as string;

const network = (asn: number, isp?: string): object => ({ network: { asn, organization: undefined, isp } });

let made = 0;

/** For every promise, providers that break it and nothing else. */
const BREAKAGES: Readonly<Record<string, readonly Create[]>> = {
  'has an id that is text and the same every time': [(seams) => example({ ...seams, id: `example-${(made += 1)}` })],
  'is of the kind "vendor"': [changed(() => ({ kind: 'offline' }))],
  'gives a sound answer about an IPv4 and an IPv6 address, under its own id': [
    inIpv6(() => ({ providerId: 'another' })),
    inIpv6(() => network(NaN)),
    inIpv6(() => network(1, null as never)),
    inIpv6(() => {
      throw new Error('IPv6 is for later');
    }),
  ],
  'reports its health in the known form': [
    changed(() => ({ health: () => ({ status: 'fine', details: {} }) })),
    changed(() => ({ health: () => ({ status: 'up', details: { count: 1n } }) })),
  ],
  'keeps its limits within what can be meant': [
    changed(() => ({ limits: { maxConcurrent: 0 } })),
    changed(() => ({ limits: { dailyBudget: NaN } })),
  ],
  'has a scorecard whose bands ascend from 0 to the strictest': [
    exampleWith({ card: { bands: [{ from: 0, label: ' ', action: 'allow' }] } }),
    exampleWith({ card: { ...EXAMPLE_PARTS.card, claimedCountryDiffers: 500 } }),
  ],
  'scores in whole points, each with a reason, on the card it shows': [
    changed(() => ({ scorecard: { bands: [{ from: 0, label: 'any', action: 'allow' }] } })),
    around((own) => async (address, context) => {
      const score = { card: EXAMPLE_PARTS.card, rows: [{ code: 'TOR', points: 75, detail: 'two\nlines' }] };
      const answer = await own(address, context);
      return answer.score === undefined ? answer : { ...answer, score };
    }),
  ],
  'asks nobody until it is asked, nor for its health': [
    changed((provider, { fetch, baseUrl }) => ({
      health: () => {
        void fetch(`${baseUrl}/status`).catch(() => undefined);
        return provider.health();
      },
    })),
    (seams) => {
      void seams.fetch(`${seams.baseUrl}/status`, { redirect: 'manual' }).catch(() => undefined);
      return example(seams);
    },
  ],
  'sends an address in its canonical text only': [
    fetching((fetch) => (url, init) => fetch(textOf(url).replace('%3A%3A', '%3A0%3A0%3A0%3A0%3A'), init)),
    fetching((fetch) => (url, init) => fetch(textOf(url).replace('%3A%3A', `%3A${'0000%3A'.repeat(4)}`), init)),
  ],
  'sends its key nowhere but to its base URL': [
    around((own, { fetch, key }) => async (address, context) => {
      const answer = await own(address, context);
      await fetch(`https://statistics.example/${encodeURIComponent(key)}`);
      return answer;
    }),
  ],
  'follows no redirect': [fetching((fetch) => (url, init) => fetch(url, { ...init, redirect: 'follow' }))],
  'shows its key in no error': [
    around(
      (own, { key }, id) =>
        (address, context) =>
          own(address, context).catch((error: unknown) => {
            const cause = new Error(`GET /check?key=${encodeURIComponent(key)}`);
            throw new ProviderError(id, (error as ProviderError).code, { cause });
          }),
    ),
  ],
  'shows its key neither in itself nor in its health report': [
    changed((_, { key }) => ({ authorization: Buffer.from(`user:${key}`).toString('base64') })),
    changed((_, { key }) => ({ health: () => ({ status: 'up', details: { key } }) })),
  ],
  'states no fact where the vendor says null': [
    exampleWith({ torFact: (record) => statement(objectIn(record, 'flags')?.['is_tor'] === true, 'is_tor') }),
  ],
  'reads no body beyond 256 KiB': [
    fetching((fetch) => async (url, init) => {
      const response = await fetch(url, init);
      return response.status === 200 ? new Response(await response.text(), response) : response;
    }),
  ],
  'takes HTML, broken JSON and an empty body for no answer': [
    fetching((fetch) => async (url, init) => {
      const response = await fetch(url, init);
      const isPage = response.status === 200 && response.headers.get('content-type') === 'text/html';
      return isPage ? Response.json(exampleRecord(new URL(textOf(url)).searchParams.get('ip'))) : response;
    }),
  ],
  'gives a sound answer or refuses when values are of other types': [
    exampleWith({ torFact: ({ flags }) => statement((flags as { is_tor: boolean | null }).is_tor ?? undefined, '') }),
    exampleWith({
      torFact: (record) => {
        if (objectIn(record, 'flags') === undefined) throw new ProviderError('example', 'PROVIDER_ODD' as never);
        return EXAMPLE_PARTS.torFact(record);
      },
    }),
  ],
  'reads nothing out of "__proto__"': [
    exampleWith({
      recordAbout: ({ text }, body) => {
        const { ip, flags } = Object.assign({}, body) as { ip?: string; flags?: unknown };
        return ip === text ? { flags } : undefined;
      },
    }),
    exampleWith({
      recordAbout: (address, body) => {
        const merged: Record<string, object> = {};
        for (const name of Object.keys(recordOf(body) ?? {})) Object.assign(merged[name] ?? {}, { polluted: true });
        return EXAMPLE_PARTS.recordAbout(address, body);
      },
    }),
  ],
  'does not believe an answer about another address': [exampleWith({ recordAbout: (_, body) => recordOf(body) })],
  'calls 401 and 403 PROVIDER_UNAUTHORIZED': [reading(403, 'PROVIDER_BAD_RESPONSE')],
  'calls 429 PROVIDER_RATE_LIMITED or PROVIDER_QUOTA': [reading(429, 'PROVIDER_UNREACHABLE')],
  'calls 500 and 503 PROVIDER_UNREACHABLE': [reading(503, 'PROVIDER_BAD_RESPONSE')],
  'calls a lost connection PROVIDER_UNREACHABLE': [
    fetching(
      (fetch) => (url, init) =>
        fetch(url, init).catch((error: unknown) => {
          if (init?.signal?.aborted === true) throw error;
          return new Response('{}', { status: 400 });
        }),
    ),
  ],
  'tries nothing again after the deadline': [
    around((own) => (address, context) => own(address, { ...context, deadlineAt: Infinity })),
  ],
  'ends with PROVIDER_TIMEOUT as soon as the signal aborts': [
    around((own, _, id) => (address, context) => {
      const isLate = context.signal.aborted;
      return own(address, context).catch((error: unknown) => {
        throw context.signal.aborted && !isLate ? new ProviderError(id, 'PROVIDER_UNREACHABLE') : error;
      });
    }),
    around((own) => (address, context) => {
      const { signal } = new AbortController();
      return own(address, context.signal.aborted ? context : { ...context, signal });
    }),
  ],
  'asks nobody for a signal that has aborted': [
    around((own, { fetch, baseUrl }) => async (address, context) => {
      if (context.signal.aborted) await fetch(`${baseUrl}/check`);
      return own(address, context);
    }),
  ],
  'leaves no listener on the signal': [
    around((own) => (address, context) => {
      context.signal.addEventListener('abort', () => undefined);
      return own(address, context);
    }),
  ],
  'answers in bulk with one entry for each address': [
    bulkOf((own) => async (addresses, context) => {
      const entries = await own(addresses, context);
      return [...entries, ...entries.slice(0, 1)];
    }),
    changed(({ bulk }) => ({ bulk: { ...bulk, size: NaN } })),
  ],
  'puts the failure of one address of many in its place': [
    bulkOf((own) => async (addresses, context) => (await own(addresses, context)).toReversed()),
  ],
  'fails in bulk with ProviderErrors only': [
    bulkOf(
      (own) => (addresses, context) =>
        own(addresses, context).catch(() => {
          throw new Error('no list');
        }),
    ),
  ],
};

describe('a provider that breaks the contract', () => {
  it('is thought of for every promise', () => {
    const promises = providerContract(exampleSubject(example)).map(({ promise }) => promise);
    expect(Object.keys(BREAKAGES)).toEqual(promises);
  });

  const rows = Object.entries(BREAKAGES).flatMap(([promise, creates]) =>
    creates.map((create) => ({ promise, create })),
  );

  it.each(rows)('fails in nothing but "$promise"', async ({ promise, create }) => {
    const broken: string[] = [];
    for (const { promise: tried, run } of providerContract(exampleSubject(create))) {
      await run().catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ERR_ASSERTION' });
        broken.push(tried);
      });
    }
    expect(broken).toEqual([promise]);
  });
});

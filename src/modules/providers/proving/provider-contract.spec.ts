import { example, exampleAnswer, exampleSubject } from '../../../../test/support/example-vendor.js';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import type { VendorSeams } from './contract-subject.js';
import { FakeProvider } from './fake-provider.js';
import { providerContract } from './provider-contract.js';

describe('a provider that keeps the contract', () => {
  for (const { promise, run } of providerContract(exampleSubject(example))) it(promise, run);

  it('may also be asked at its vendor’s own URL only', async () => {
    const create = ({ key, fetch, clock }: VendorSeams): IpIntelligenceProvider => example({ key, fetch, clock });
    const subject = { create, answer: exampleAnswer, baseUrl: 'https://api.example.com' };
    for (const { run } of providerContract(subject)) await run();
  });

  it('may take a key of a form of its own', async () => {
    const create = (seams: VendorSeams): IpIntelligenceProvider => {
      expect(seams.key).toMatch(/^[0-9a-f]{32}$/);
      return example(seams);
    };
    const subject = { create, answer: exampleAnswer, key: '0123456789abcdef'.repeat(2) };
    for (const { run } of providerContract(subject)) await run();
  });

  it('may be answered with responses, the same one again and again', async () => {
    const answer = Response.json({ ip: '8.8.8.8', flags: { is_tor: true } });
    const cases = providerContract({ create: example, answer: () => answer, addresses: ['8.8.8.8', '2001:db8::1'] });
    await cases.find(({ promise }) => promise.startsWith('scores'))?.run();
    await cases.find(({ promise }) => promise.startsWith('leaves no listener'))?.run();
  });
});

describe('the list of promises', () => {
  const promisesOf = (create: (seams: VendorSeams) => IpIntelligenceProvider): string[] =>
    providerContract(exampleSubject(create)).map(({ promise }) => promise);

  it('leaves out what a provider does not have', () => {
    const left = promisesOf((seams) => {
      const full = example(seams);
      return {
        id: full.id,
        kind: full.kind,
        lookup: (address, context) => full.lookup(address, context),
        health: () => full.health(),
      };
    });
    const gone = promisesOf(example).filter((promise) => !left.includes(promise));
    const words = gone.map((promise) => /limits|score|bulk|many/.exec(promise)?.[0]);
    expect(words).toEqual(['limits', 'score', 'score', 'bulk', 'many', 'bulk']);
  });

  it('knows no network for a provider that answers from memory', () => {
    const offline = providerContract({ create: () => new FakeProvider() }).map(({ promise }) => promise);
    expect(offline).toContain('is of the kind "offline"');
    expect(offline.filter((promise) => /key|redirect|signal|HTML/.test(promise))).toEqual([]);
  });

  it('needs addresses of both families', () => {
    const addresses = ['8.8.8.8', '8.8.4.4'] as const;
    const list = (): unknown => providerContract({ create: () => new FakeProvider(), addresses });
    expect(list).toThrow('IPv6 address, not "8.8.4.4"');
  });
});

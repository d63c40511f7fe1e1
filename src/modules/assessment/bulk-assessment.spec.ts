import { FakeClock } from '../../../test/support/fake-clock.js';
import { intelligence } from '../../../test/support/intelligence.js';
import { failWith, ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import type { ProviderLookupOptions } from '../providers/lookup/lookup-options.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { AssessmentService } from './assessment.service.js';
import { assessInBulk } from './bulk-assessment.js';
import type { RiskAssessment } from './risk-assessment.js';

const ip = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const never = () => false;

function setUp(vendors: readonly ScriptedProvider[], more: Partial<ProviderLookupOptions> = {}) {
  const clock = new FakeClock();
  const offline = new ScriptedProvider('offline', undefined, { kind: 'offline' });
  const lookup = new ProviderLookup({ providers: [offline, ...vendors], clock, ...more });
  const service = new AssessmentService({ lookup, clock });
  /** @param texts `-` is a place without an address. */
  const assess = async (texts: readonly string[], isDoubtful: (score: number) => boolean = never) => {
    const addresses = texts.map((text) => (text === '-' ? undefined : ip(text)));
    const batches: (RiskAssessment | undefined)[][] = [];
    for await (const batch of assessInBulk(service, addresses, isDoubtful)) batches.push([...batch]);
    return batches;
  };
  return { clock, offline, service, assess };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `8.${index >> 8}.${index & 255}.1`);

describe('assessInBulk', () => {
  it('answers about every address, in the order of the list, special ones and repeated ones too', async () => {
    const { assess } = setUp([new ScriptedProvider('a')]);
    const list = ['10.0.0.1', ...many(150), '::1', '8.0.0.1', '2001:db8::1', ...many(70)];
    const batches = await assess(list);
    expect(batches.flat().map((assessment) => assessment?.ip)).toEqual(list);
    expect(batches.map(({ length }) => length)).toEqual([64, 64, 64, 32]);
    expect(batches.flat().map((assessment) => assessment?.status === 'not-applicable')).toEqual(
      list.map((text) => ['10.0.0.1', '::1', '2001:db8::1'].includes(text)),
    );
  });

  it('leaves a place without an address without an assessment', async () => {
    const { assess } = setUp([new ScriptedProvider('a')]);
    const [batch] = await assess(['8.8.8.8', '-', '9.9.9.9']);
    expect(batch?.map((assessment) => assessment?.ip)).toEqual(['8.8.8.8', undefined, '9.9.9.9']);
  });

  it('looks each network up once, however often and in whatever spelling it comes', async () => {
    const vendor = new ScriptedProvider('a');
    const { assess, offline } = setUp([vendor]);
    const hosts = Array.from({ length: 100 }, (_, index) => `2606:4700:1:2::${(index + 1).toString(16)}`);
    const one = ['8.8.8.8', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '8.8.8.8'];
    await assess([...hosts, ...one, ...hosts, ...one]);
    expect(vendor.asked).toEqual([hosts[0], '8.8.8.8']);
    expect(offline.asked).toEqual([hosts[0], '8.8.8.8']);
  });

  it('keeps what vendors answered for the requests that come after it', async () => {
    const vendor = new ScriptedProvider('a');
    const { assess, service } = setUp([vendor]);
    await assess(['8.8.8.8']);
    expect(service.assess(ip('8.8.8.8'))).toMatchObject({ status: 'complete', providers: ['offline', 'a'] });
    expect(vendor.asked).toHaveLength(1);
  });

  it('takes what requests paid for, and asks nobody again', async () => {
    const vendor = new ScriptedProvider('a');
    const { assess, service } = setUp([vendor]);
    await service.assess(ip('8.8.8.8'));
    await assess(['8.8.8.8']);
    expect(vendor.asked).toHaveLength(1);
  });

  it.each([
    ['without vendors', [], {}],
    ['where offline data left no doubt', [new ScriptedProvider('a')], { strategy: 'escalate' }],
  ] as const)('does not keep what was free, %s', async (_, vendors, more) => {
    const { assess, offline, service } = setUp(vendors, more);
    await assess(['8.8.8.8']);
    void service.assess(ip('8.8.8.8'));
    expect(offline.asked).toHaveLength(2);
  });

  it('does not keep from the requests what a vendor refused it alone', async () => {
    const vendor = new ScriptedProvider('a', undefined, { limits: { dailyBudget: 2 } });
    const { assess, service } = setUp([vendor]);
    const batches = await assess(['8.8.8.8', '9.9.9.9']);
    expect(batches.flat().map((assessment) => assessment?.status)).toEqual(['complete', 'unavailable']);
    expect(await service.assess(ip('9.9.9.9'))).toMatchObject({ status: 'complete' });
  });

  it('asks vendors, under escalate, where the caller doubts the score, and also where it is in the cache', async () => {
    const vendor = new ScriptedProvider('a');
    const { assess, offline, service } = setUp([vendor], { strategy: 'escalate' });
    offline.script = ({ text }) => intelligence({ isTorExitNode: text === '9.9.9.9' }, { providerId: 'offline' });
    void service.assess(ip('9.9.9.9'));
    const [batch] = await assess(['8.8.8.8', '9.9.9.9'], (score) => score === 50);
    expect(vendor.asked).toEqual(['9.9.9.9']);
    expect(batch?.map((assessment) => assessment?.askedVendors)).toEqual([false, true]);
    await assess(['9.9.9.9'], (score) => score === 50);
    expect(vendor.asked).toHaveLength(1);
  });

  it('doubts, under escalate, the same score that the assessment would have', async () => {
    const { assess, offline } = setUp([new ScriptedProvider('a')], { strategy: 'escalate' });
    const card = { bands: [{ from: 0, label: 'any', action: 'challenge' }] } as const;
    offline.script = () => intelligence({}, { providerId: 'offline', score: { card, rows: [] } });
    const scores: number[] = [];
    const [batch] = await assess(['8.8.8.8'], (score) => scores.push(score) === 0);
    expect(batch?.map((assessment) => assessment !== undefined && 'score' in assessment && assessment.score)).toEqual(
      scores,
    );
  });

  it('has no verdict, and no score, where the vendors failed', async () => {
    const { assess } = setUp([new ScriptedProvider('a', failWith('PROVIDER_UNREACHABLE'))]);
    const [batch] = await assess(['8.8.8.8']);
    expect(batch).toMatchObject([{ status: 'unavailable', failures: [{ providerId: 'a' }] }]);
    expect(batch?.[0]).not.toHaveProperty('score');
  });
});

import { FakeClock } from '../../../../test/support/fake-clock.js';
import { ScriptedProvider } from '../../../../test/support/scripted-provider.js';
import { InvalidConfigurationError } from '../../../common/errors/ip-risk.error.js';
import type { ProviderLimits } from '../ip-intelligence-provider.js';
import { checkLookupOptions, type LookupStrategy, type ProviderLookupOptions } from './lookup-options.js';

const clock = new FakeClock();
const offline = new ScriptedProvider('offline', undefined, { kind: 'offline' });
const a = new ScriptedProvider('a');
const b = new ScriptedProvider('b');

const echo = (id: string) => new ScriptedProvider(id, undefined, { source: 'x' });

const check = (more: Partial<ProviderLookupOptions>) => () => {
  checkLookupOptions({ providers: [a, b, offline], clock, ...more });
};

describe('checkLookupOptions', () => {
  it.each<[string, Partial<ProviderLookupOptions>]>([
    ['nothing but providers', {}],
    ['a quorum of every vendor', { quorum: 2 }],
    ['a quorum of every offline provider where there is no vendor', { providers: [offline], quorum: 1 }],
    ['the longest timer', { deadlineMs: 2 ** 31 - 1, bulkDeadlineMs: 2 ** 31 - 1 }],
    ['escalation with both kinds', { strategy: 'escalate' }],
    ['fallback without offline data', { providers: [a, b], strategy: 'fallback' }],
  ])('takes %s', (_, more) => {
    expect(check(more)).not.toThrow();
  });

  it.each<[string, Partial<ProviderLookupOptions>, RegExp]>([
    ['no provider', { providers: [] }, /^providers: the list is empty/],
    ['two of one id', { providers: [a, new ScriptedProvider('a')] }, /^providers: two have the same id/],
    ['a quorum of more than the vendors', { quorum: 3 }, /^quorum: 3 is not a whole number from 1 to 2/],
    [
      'a quorum of two where there is one source',
      { providers: [echo('a'), echo('b')], quorum: 2 },
      /^quorum: 2 is not a whole number from 1 to 1, .* one source repeat each other and count once/,
    ],
    ['a quorum of none', { quorum: 0 }, /^quorum: 0/],
    ['half a quorum', { quorum: 1.5 }, /^quorum: 1.5/],
    ['a quorum of NaN', { quorum: NaN }, /^quorum: NaN/],
    ['no time', { deadlineMs: 0 }, /^deadlineMs: 0/],
    ['time that ran backwards', { deadlineMs: -1 }, /^deadlineMs: -1/],
    ['time without end', { deadlineMs: Infinity }, /^deadlineMs: Infinity/],
    ['a batch longer than a timer', { bulkDeadlineMs: 2 ** 31 }, /^bulkDeadlineMs: 2147483648/],
    ['a batch of NaN', { bulkDeadlineMs: NaN }, /^bulkDeadlineMs: NaN/],
    ['another strategy', { strategy: 'best' as LookupStrategy }, /^strategy: must be one of parallel, fallback/],
    ['escalation without a vendor', { providers: [offline], strategy: 'escalate' }, /^strategy: escalate needs/],
    ['escalation without offline data', { providers: [a], strategy: 'escalate' }, /^strategy: escalate needs/],
  ])('refuses %s and names the option', (_, more, sentence) => {
    expect(check(more)).toThrow(InvalidConfigurationError);
    expect(check(more)).toThrow(sentence);
  });

  it.each<[keyof ProviderLimits, number]>([
    ['maxConcurrent', 0],
    ['maxConcurrent', NaN],
    ['slowCallMs', 0],
    ['creditsPerLookup', 0],
    ['creditsPerLookup', -1],
    ['dailyBudget', -1],
    ['dailyBudget', Infinity],
    ['dailyBudget', '10' as unknown as number],
    ['chargesBadInput', 0],
  ])('refuses %s of %p and names the provider', (name, value) => {
    const limited = new ScriptedProvider('acme', undefined, { limits: { [name]: value } });
    expect(check({ providers: [limited] })).toThrow(new RegExp(`^acme: ${name} `));
  });

  it('takes a vendor that charges nothing for what it refuses', () => {
    const limited = new ScriptedProvider('acme', undefined, { limits: { chargesBadInput: false } });
    expect(check({ providers: [limited] })).not.toThrow();
  });

  it('takes a budget of nothing: it switches a vendor off', () => {
    const limited = new ScriptedProvider('acme', undefined, { limits: { dailyBudget: 0 } });
    expect(check({ providers: [limited] })).not.toThrow();
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses bulk calls of %d addresses, which would never end', (bulkSize) => {
    const bulky = new ScriptedProvider('acme', undefined, { bulkSize });
    expect(check({ providers: [bulky] })).toThrow(/^acme: bulk\.size is /);
  });
});

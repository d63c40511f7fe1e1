import { FakeClock } from '../../../test/support/fake-clock.js';
import { ScriptedLedger } from '../../../test/support/scripted-ledger.js';
import { ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { combinerOf, escalationBandOf, lookupOptions } from './engine-options.js';
import type { IpRiskModuleOptions } from './ip-risk-options.js';

const providers = [new ScriptedProvider('ipstack'), new ScriptedProvider('offline', undefined, { kind: 'offline' })];
const none = { cache: undefined, lasting: undefined };
const combiner = (more: Partial<IpRiskModuleOptions>) => () => combinerOf({ providers, ...more });

describe('lookupOptions', () => {
  it('passes on what is given, and leaves the defaults to the lookup', () => {
    const clock = new FakeClock();
    const creditLedger = new ScriptedLedger();
    expect(lookupOptions({ providers }, providers, none, clock)).toStrictEqual({
      providers,
      clock,
      ledger: undefined,
      news: undefined,
    });
    const given = { quorum: 2, deadlineMs: 100, bulkDeadlineMs: 5000, strategy: 'fallback' } as const;
    expect(lookupOptions({ providers, creditLedger, ...given }, providers, none, clock)).toStrictEqual({
      providers,
      clock,
      ledger: creditLedger,
      news: undefined,
      ...given,
    });
  });
});

describe('combinerOf', () => {
  it('takes the highest opinion where nothing is said', () => {
    expect(combiner({})()).toEqual({ kind: 'max', weights: {} });
  });

  it('takes weights for providers and for our own card, 0 too', () => {
    const weights = { unified: 0, ipstack: 2.5 };
    expect(combiner({ combiner: 'weighted', weights })()).toEqual({ kind: 'weighted', weights });
  });

  it.each<[string, Partial<IpRiskModuleOptions>, RegExp]>([
    ['another combiner', { combiner: 'best' as 'max' }, /^combiner: must be one of max, mean, weighted/],
    ['a combiner of the prototype', { combiner: 'constructor' as 'max' }, /^combiner: /],
    [
      'a weight for a stranger',
      { combiner: 'weighted', weights: { ipstakc: 1 } },
      /^weights: ipstakc: 1 .* unified, ipstack, offline/,
    ],
    ['a weight below 0', { combiner: 'weighted', weights: { ipstack: -1 } }, /^weights: ipstack: -1/],
    ['a weight of NaN', { combiner: 'weighted', weights: { unified: NaN } }, /^weights: unified: NaN/],
    ['a weight without end', { combiner: 'weighted', weights: { unified: Infinity } }, /^weights: unified: Infinity/],
    [
      'weights that nobody counts',
      { weights: { ipstack: 2 } },
      /^weights: they count for the combiner 'weighted' only/,
    ],
    ['weights beside the mean', { combiner: 'mean', weights: { ipstack: 2 } }, /^weights: they count/],
  ])('refuses %s', (_, more, sentence) => {
    expect(combiner(more)).toThrow(InvalidConfigurationError);
    expect(combiner(more)).toThrow(sentence);
  });
});

describe('escalationBandOf', () => {
  it.each([
    [undefined, 10],
    [0, 0],
    [100, 100],
    [2.5, 2.5],
  ])('takes %p for %d', (escalationBand, band) => {
    expect(escalationBandOf({ providers, ...(escalationBand === undefined ? {} : { escalationBand }) })).toBe(band);
  });

  it.each([-1, 101, NaN, Infinity])('refuses %d', (escalationBand) => {
    expect(() => escalationBandOf({ providers, escalationBand })).toThrow(/^escalationBand: .* from 0 to 100/);
  });
});

import fc from 'fast-check';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { failsClosed, NEVER, ON_UNAVAILABLE } from './ip-risk-policy.js';
import { parsePolicies, readPolicyFile } from './policy-file.js';
import { resolvePolicy, type PolicyRequest } from './resolve-policy.js';

const set = readPolicyFile();
const resolve = (...layers: PolicyRequest[]) => resolvePolicy(set, layers, 'Test.route');

describe('resolvePolicy', () => {
  it('takes the default policy when nobody names one', () => {
    expect(resolve()).toEqual(set.defaultPolicy);
    expect(resolve({}, {})).toEqual(set.defaultPolicy);
  });

  it('merges the method over the class, threshold by threshold', () => {
    const { thresholds } = resolve({ thresholds: { monitor: 10, block: 90 } }, { thresholds: { block: 70 } });
    expect(thresholds).toEqual({ monitor: 10, challenge: 45, block: 70 });
  });

  it('turns failClosed into block, and keeps a hold that is closed already', () => {
    expect(resolve({ failClosed: true }).onUnavailable).toBe('block');
    expect(resolve({ policy: 'payment', failClosed: true }).onUnavailable).toBe('hold');
    expect(resolve({ policy: 'payment', failClosed: false }).onUnavailable).toBe('allow');
  });

  it.each([
    ['failClosed: false', { failClosed: false }],
    ['another policy', { policy: 'browse' }],
    ["onUnavailable: 'allow'", { onUnavailable: 'allow' }],
    ['both', { policy: 'browse', onUnavailable: 'challenge' }],
  ] as const)("keeps the class's failClosed when the method says %s", (_, ofMethod) => {
    expect(failsClosed(resolve({ failClosed: true }, ofMethod).onUnavailable)).toBe(true);
    expect(failsClosed(resolve({ policy: 'payment' }, ofMethod).onUnavailable)).toBe(true);
  });

  it('never opens a layer that is closed, for all layers that follow', () => {
    const layer = fc.record(
      { policy: fc.constantFrom(...set.policies.keys()), onUnavailable: fc.constantFrom(...ON_UNAVAILABLE) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(layer, { minLength: 1, maxLength: 5 }), (layers) => {
        const closedAt = layers.findIndex((_, index) =>
          failsClosed(resolve(...layers.slice(0, index + 1)).onUnavailable),
        );
        if (closedAt >= 0) expect(failsClosed(resolve(...layers).onUnavailable)).toBe(true);
      }),
    );
  });

  it.each([
    ['an unknown policy', { policy: 'nope' }, /no policy "nope"; use one of: login/],
    ['a contradiction', { failClosed: true, onUnavailable: 'allow' }, /contradict/],
    ['the other contradiction', { failClosed: false, onUnavailable: 'hold' }, /contradict/],
    ['NaN', { thresholds: { block: NaN } }, /"block" is NaN/],
    ['a fraction', { thresholds: { block: 79.5 } }, /whole number/],
    ['descending thresholds', { thresholds: { monitor: 90 } }, /ascend/],
  ] as const)('refuses %s with a sentence that names the route', (_, layer, sentence) => {
    expect(() => resolve(layer)).toThrow(InvalidConfigurationError);
    expect(() => resolve(layer)).toThrow(sentence);
    expect(() => resolve(layer)).toThrow(/Test\.route/);
  });
});

describe('parsePolicies', () => {
  const file = (policy: string) => `default: a\npolicies:\n  a: ${policy}\n`;
  const good = '{ thresholds: { monitor: 1, challenge: 2, block: never }, onUnavailable: allow }';

  it('reads a policy and completes it', () => {
    const { defaultPolicy } = parsePolicies(file(good), 'p.yaml', 'dry-run');
    expect(defaultPolicy).toMatchObject({
      name: 'a',
      scorecard: 'unified',
      thresholds: { monitor: 1, challenge: 2, block: NEVER },
      mode: 'dry-run',
      onChallenge: 'annotate',
    });
  });

  it('ships login failing open at 20/45/80 and payment failing closed and blocking Tor', () => {
    expect(set.policies.get('login')).toMatchObject({
      thresholds: { monitor: 20, challenge: 45, block: 80 },
      onUnavailable: 'allow',
    });
    expect(set.policies.get('payment')).toMatchObject({ onUnavailable: 'hold', blockOn: ['tor'] });
  });

  it.each([
    ['no default', 'policies: {}', /"default" must name one of/],
    ['broken YAML', 'a: [', /not valid YAML/],
    ['a list', '- a', /must be a mapping/],
    ['an unknown field', file('{ tresholds: {} }'), /unknown field "tresholds"/],
    ['an unknown fact', file(good.replace(/ }$/, ', blockOn: [tr] }')), /must be one of: tor/],
    [
      'a text threshold',
      file('{ thresholds: { monitor: "9", challenge: 20, block: 80 }, onUnavailable: allow }'),
      /"monitor" is 9/,
    ],
    ['no onUnavailable', file('{ thresholds: { monitor: 1, challenge: 2, block: 3 } }'), /onUnavailable/],
    ['Norway as a boolean', file(good.replace(/ }$/, ', deniedCountries: [false] }')), /two upper-case letters/],
    ['a lower-case country', file(good.replace(/ }$/, ', deniedCountries: [us] }')), /two upper-case letters/],
    [
      'an unknown scorecard',
      file(good.replace(/ }$/, ', scorecard: "Beltic!" }')),
      /must be one of unified, geo, or a provider's id/,
    ],
  ])('refuses %s with a sentence', (_, text, sentence) => {
    expect(() => parsePolicies(text, 'p.yaml')).toThrow(InvalidConfigurationError);
    expect(() => parsePolicies(text, 'p.yaml')).toThrow(sentence);
  });

  it('names a file that cannot be read', () => {
    expect(() => readPolicyFile('/nonexistent/p.yaml')).toThrow(/p\.yaml cannot be read/);
  });
});

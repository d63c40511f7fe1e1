import { inspect } from 'node:util';
import { VendorVariables } from './vendor-variables.js';

const NAMES = { name: 'acme', keyVariable: 'ACME_ACCESS_KEY', variablePrefix: 'ACME' };
const of = (variables: Record<string, string>) => new VendorVariables(variables).of(NAMES);

describe('VendorVariables', () => {
  it('reads a chosen vendor by its own names', () => {
    const variables = {
      ACME_ACCESS_KEY: ' k ',
      ACME_BASE_URL: 'https://acme.test',
      ACME_TIMEOUT_MS: '900',
      ACME_DAILY_BUDGET: '0',
    };
    expect(of(variables)).toEqual({ key: 'k', baseUrl: 'https://acme.test', timeoutMs: 900, dailyBudget: 0 });
    expect(of({ ACME_ACCESS_KEY: 'k', ACME_BASE_URL: '', ACME_TIMEOUT_MS: ' ' })).toEqual({ key: 'k' });
  });

  it.each([
    ['no key', {}, /^ACME_ACCESS_KEY is not set, and IP_RISK_PROVIDERS names acme; set the key or remove the name\.$/],
    ['an empty key', { ACME_ACCESS_KEY: ' ' }, /^ACME_ACCESS_KEY is not set/],
    [
      'a timeout of 0',
      { ACME_ACCESS_KEY: 'k', ACME_TIMEOUT_MS: '0' },
      /^ACME_TIMEOUT_MS must be a whole number from 1/,
    ],
    ['a timeout with a unit', { ACME_ACCESS_KEY: 'k', ACME_TIMEOUT_MS: '1s' }, /^ACME_TIMEOUT_MS must/],
    ['a negative budget', { ACME_ACCESS_KEY: 'k', ACME_DAILY_BUDGET: '-1' }, /^ACME_DAILY_BUDGET must/],
    ['a misspelt budget', { ACME_ACCESS_KEY: 'k', ACME_DAILY_BUGDET: '9' }, /^ACME_DAILY_BUGDET is not a variable/],
  ])('stops at %s with a sentence that names the variable', (_, variables, sentence) => {
    expect(() => of(variables as Record<string, string>)).toThrow(sentence);
  });

  it('shows no key of its own', () => {
    const variables = new VendorVariables({ ACME_ACCESS_KEY: 'secret-key' });
    expect(inspect(variables, { showHidden: true, depth: 9 }) + JSON.stringify(variables)).not.toContain('secret-key');
  });
});

import { FakeClock } from '../../../test/support/fake-clock.js';
import { ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { abuseipdb } from '../providers/abuseipdb/abuseipdb.provider.js';
import { beltic } from '../providers/beltic/beltic.provider.js';
import { ipqualityscore } from '../providers/ipqualityscore/ipqualityscore.provider.js';
import type { IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import type { ProviderLookupOptions } from '../providers/lookup/lookup-options.js';
import { cacheVersion } from './cache-version.js';

const key = 'key';
const offline = new ScriptedProvider('offline', undefined, { kind: 'offline' });

function versionOf(providers: readonly IpIntelligenceProvider[], more: Partial<ProviderLookupOptions> = {}): string {
  return cacheVersion(new ProviderLookup({ providers, clock: new FakeClock(), ...more }));
}

const usual = () => [offline, abuseipdb({ key }), ipqualityscore({ key })];
const version = versionOf(usual());

describe('cacheVersion', () => {
  it('is the same for processes that are set up the same', () => {
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect(versionOf(usual())).toBe(version);
  });

  it.each<[string, string]>([
    ['a provider less', versionOf([offline, abuseipdb({ key })])],
    ['a provider more', versionOf([...usual(), beltic({ key })])],
    ['another order', versionOf([offline, ipqualityscore({ key }), abuseipdb({ key })])],
    ['another id', versionOf([offline, abuseipdb({ key, id: 'abuse' }), ipqualityscore({ key })])],
    [
      'another base URL',
      versionOf([offline, abuseipdb({ key, baseUrl: 'https://abuse.example' }), ipqualityscore({ key })]),
    ],
    ['an option of a vendor', versionOf([offline, abuseipdb({ key, maxAgeInDays: 30 }), ipqualityscore({ key })])],
    ['another strategy', versionOf(usual(), { strategy: 'fallback' })],
    ['another quorum', versionOf(usual(), { quorum: 2 })],
  ])('is another one with %s', (_, other) => {
    expect(other).not.toBe(version);
  });

  it.each<[string, string]>([
    ['key', versionOf([offline, abuseipdb({ key: 'another' }), ipqualityscore({ key })])],
    ['timeout', versionOf([offline, abuseipdb({ key, timeoutMs: 99 }), ipqualityscore({ key })])],
    ['budget', versionOf([offline, abuseipdb({ key, dailyBudget: 5 }), ipqualityscore({ key })])],
    ['number of places', versionOf([offline, abuseipdb({ key, maxConcurrent: 5 }), ipqualityscore({ key })])],
    ['deadline', versionOf(usual(), { deadlineMs: 999 })],
  ])('does not change with the %s, which changes no answer', (_, same) => {
    expect(same).toBe(version);
  });
});

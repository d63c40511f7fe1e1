import type { JsonRecord } from '../../../common/json/json-fields.js';
import { bandOf, pointsOf } from '../provider-score.js';
import { securityIn } from './ipstack.response.js';
import { IPSTACK_SCORECARD, ipstackScore } from './ipstack.scorecard.js';

const NOON = Date.parse('2026-01-31T12:00:00Z');

/** A module that adds no points itself, so that one field's points stand alone. */
function scoreOf(fields: JsonRecord, now = NOON) {
  const security = securityIn({ security: { is_proxy: false, ...fields } });
  if (security === undefined) throw new Error('The module states something.');
  return ipstackScore(security, now);
}

const rowsOf = (fields: JsonRecord, now?: number) =>
  scoreOf(fields, now).rows.map(({ code, points }) => [code, points] as const);

describe("IPstack's scorecard", () => {
  it.each<[JsonRecord, string, number]>([
    [{ is_proxy: true }, 'IS_PROXY', 15],
    [{ proxy_level: 'elite' }, 'PROXY_LEVEL_ELITE', 15],
    [{ proxy_level: 'anonymous' }, 'PROXY_LEVEL_ANONYMOUS', 10],
    [{ proxy_level: 'distorting' }, 'PROXY_LEVEL_DISTORTING', 10],
    [{ proxy_level: 'transparent' }, 'PROXY_LEVEL_TRANSPARENT', 5],
    [{ proxy_type: 'Tor' }, 'PROXY_TYPE_TOR', 20],
    ...['SOCKS', 'socks http', 'HTTP', 'web', 'Web Proxy', 'cgi', 'vpn', 'service', 'Privacy Proxy'].map(
      (type): [JsonRecord, string, number] => [{ proxy_type: type }, 'PROXY_TYPE_PROXY', 10],
    ),
    [{ is_tor: true }, 'IS_TOR', 20],
    [{ is_crawler: true }, 'IS_CRAWLER', 15],
    [{ is_crawler: true, crawler_type: 'tool' }, 'IS_CRAWLER', 15],
    ...['vulnerability_scanner', 'web_scraper', 'malicious', 'unrecognized', 'Unknown'].map(
      (type): [JsonRecord, string, number] => [{ crawler_type: type }, 'CRAWLER_TYPE', 10],
    ),
    [{ threat_level: 'High' }, 'THREAT_LEVEL_HIGH', 25],
    [{ threat_level: 'medium' }, 'THREAT_LEVEL_MEDIUM', 15],
    [{ threat_level: 'low' }, 'THREAT_LEVEL_LOW', 5],
    [{ threat_types: ['tor', 'attack_source_ssh'] }, 'THREAT_TYPES', 20],
    [{ threat_types: 'Malware' }, 'THREAT_TYPES', 20],
    [{ threat_types: ['payment_fraud'] }, 'THREAT_TYPES', 20],
    [{ anonymizer_status: 'Active' }, 'ANONYMIZER_STATUS_ACTIVE', 15],
    [{ anonymizer_status: 'Suspect' }, 'ANONYMIZER_STATUS_SUSPECT', 10],
    [{ anonymizer_status: 'Inactive' }, 'ANONYMIZER_STATUS_INACTIVE', 5],
    [{ anonymizer_status: 'Private' }, 'ANONYMIZER_STATUS_PRIVATE', 10],
    [{ proxy_last_detected: '2026-01-20' }, 'PROXY_LAST_DETECTED', 10],
    [{ vpn_service: 'Proton VPN' }, 'VPN_SERVICE', 10],
    [{ vpn_service: '快连' }, 'VPN_SERVICE', 10],
    [{ hosting_facility: true }, 'HOSTING_FACILITY', 10],
  ])('gives %j its points: %s +%i', (fields, code, points) => {
    expect(rowsOf(fields)).toEqual([[code, points]]);
  });

  it.each<[JsonRecord]>([
    [{}],
    [{ is_proxy: null, is_tor: false }],
    [{ is_proxy: 'true', is_tor: false }],
    [{ proxy_level: 'legendary' }],
    [{ proxy_level: 'constructor' }],
    [{ proxy_type: 'unknown' }],
    [{ proxy_type: null }],
    [{ proxy_type: '__proto__' }],
    [{ is_tor: 1 }],
    [{ is_crawler: false }],
    [{ is_crawler: true, crawler_type: 'search_engine_bot' }],
    [{ is_crawler: true, crawler_type: 'Site Monitor' }],
    [{ crawler_type: null }],
    [{ crawler_type: 'quantum_crawler' }],
    [{ threat_level: 'severe' }],
    [{ threat_level: null }],
    [{ threat_types: null }],
    [{ threat_types: ['tor', 'web_scraper', 7, null] }],
    [{ anonymizer_status: 'dormant' }],
    [{ proxy_last_detected: 'yesterday' }],
    [{ vpn_service: null }],
    [{ vpn_service: 'unknown' }],
    [{ hosting_facility: false }],
  ])('gives %j nothing', (fields) => {
    expect(rowsOf(fields)).toEqual([]);
  });

  it.each([
    ['2026-01-31', true],
    ['2026-01-01', true],
    ['2025-12-31', false],
    ['2026-02-01', true],
    ['2026-02-02', false],
    ['2026-01-20T23:59:59Z', true],
    ['1/20/26', true],
    ['1/20/2026', true],
    ['1/20/2026 10:15', true],
    ['12/31/25', false],
    ['20/1/2026', false],
    ['2026-02-30', false],
    ['1/20/126', false],
  ])('takes a proxy detected on %s for a recent one at the end of January 2026: %s', (day, isRecent) => {
    const rows = rowsOf({ proxy_last_detected: day });
    expect(rows).toEqual(isRecent ? [['PROXY_LAST_DETECTED', 10]] : []);
  });

  it('does not take a crawler for a known one that IPstack itself calls fake', () => {
    const fields = { is_crawler: true, crawler_type: 'search_engine_bot', threat_types: ['fake_crawler'] };
    expect(rowsOf(fields)).toEqual([['IS_CRAWLER', 15]]);
  });

  it.each(['iCloud Private Relay', 'Apple', 'Cloudflare WARP', 'icloud_relay'])('takes %s for no VPN', (name) => {
    expect(rowsOf({ vpn_service: name, proxy_type: 'service' })).toEqual([]);
  });

  it('takes no VPN for a relay because of a name that only contains one', () => {
    expect(rowsOf({ vpn_service: 'PineappleVPN' })).toEqual([['VPN_SERVICE', 10]]);
  });

  it('sums the rows and ends at 100', () => {
    const proxy = { is_proxy: true, proxy_level: 'anonymous', proxy_type: 'socks', anonymizer_status: 'suspect' };
    expect(pointsOf(scoreOf(proxy))).toBe(15 + 10 + 10 + 10);
    const worst = { proxy_type: 'tor', is_tor: true, threat_level: 'high', threat_types: ['attack_source'] };
    expect(pointsOf(scoreOf({ ...proxy, ...worst }))).toBe(100);
  });

  it('says why each row applies', () => {
    expect(scoreOf({ threat_level: 'high', hosting_facility: true }).rows).toEqual([
      { code: 'THREAT_LEVEL_HIGH', points: 25, detail: 'threat_level high' },
      { code: 'HOSTING_FACILITY', points: 10, detail: 'hosting_facility' },
    ]);
  });

  it.each([
    [0, 'Low', 'allow'],
    [29, 'Low', 'allow'],
    [30, 'Moderate', 'monitor'],
    [59, 'Moderate', 'monitor'],
    [60, 'High', 'challenge'],
    [100, 'High', 'challenge'],
  ])('reads %i as %s: %s', (points, label, action) => {
    expect(bandOf(IPSTACK_SCORECARD, points)).toMatchObject({ label, action });
  });
});

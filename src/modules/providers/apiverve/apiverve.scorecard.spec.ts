import { bandOf, isProviderScore, onOurScale, pointsOf } from '../provider-score.js';
import { APIVERVE_SCORECARD, apiverveScore, type ApiverveSignals } from './apiverve.scorecard.js';

const NOTHING: ApiverveSignals = {
  isVpn: undefined,
  isDatacenter: undefined,
  riskLevel: undefined,
  isTor: undefined,
  isBlacklisted: undefined,
};
const CLEAN: ApiverveSignals = {
  isVpn: false,
  isDatacenter: false,
  riskLevel: 'Low',
  isTor: false,
  isBlacklisted: false,
};

const scoreOf = (signals: Partial<ApiverveSignals>, base = CLEAN) => {
  const score = apiverveScore({ ...base, ...signals });
  if (score === undefined) throw new Error('There is no score.');
  return score;
};
const codesOf = (signals: Partial<ApiverveSignals>, base = CLEAN) =>
  scoreOf(signals, base).rows.map(({ code }) => code);

describe('the APIVerve scorecard', () => {
  const rows: [signals: Partial<ApiverveSignals>, code: string, points: number][] = [
    [{ isVpn: true }, 'VPN_DETECTED', 25],
    [{ isDatacenter: true }, 'DATACENTER_IP_NON_VPN', 45],
    [{ riskLevel: 'High' }, 'HIGH_RISK_IP', 20],
    [{ isTor: true }, 'TOR_EXIT_NODE', 50],
    [{ isBlacklisted: true }, 'BLACKLISTED', 60],
  ];

  it.each(rows)('gives %j the row %s with %i points', (signals, code, points) => {
    const score = scoreOf(signals);
    expect(score.rows).toEqual([{ code, points, detail: expect.any(String) as string }]);
    expect(pointsOf(score)).toBe(points);
    expect(isProviderScore(score)).toBe(true);
  });

  it('gives a clean address 0 points and no row', () => {
    expect(scoreOf({})).toEqual({ card: APIVERVE_SCORECARD, rows: [] });
  });

  it.each(['High', 'high', 'HIGH'])('reads the risk level "%s" as high', (riskLevel) => {
    expect(codesOf({ riskLevel })).toEqual(['HIGH_RISK_IP']);
  });

  it.each(['Moderate', 'Low', 'highest', ''])('adds nothing for the risk level "%s"', (riskLevel) => {
    expect(codesOf({ riskLevel })).toEqual([]);
  });

  it('counts a data centre only where there is known to be no VPN', () => {
    expect(codesOf({ isDatacenter: true, isVpn: true })).toEqual(['VPN_DETECTED']);
    expect(codesOf({ isDatacenter: true, isVpn: undefined })).toEqual([]);
  });

  it('adds nothing for what is not known, and makes no score of nothing', () => {
    expect(scoreOf({ isTor: false }, NOTHING).rows).toEqual([]);
    expect(apiverveScore(NOTHING)).toBeUndefined();
  });

  it('blocks VPN and blacklist at 85, and caps the 115 with another country than claimed', () => {
    const score = scoreOf({ isVpn: true, isBlacklisted: true });
    expect(pointsOf(score)).toBe(85);
    expect(bandOf(APIVERVE_SCORECARD, 85)).toMatchObject({ label: 'critical', action: 'block' });
    expect(score.rows.reduce((sum, { points }) => sum + points, APIVERVE_SCORECARD.claimedCountryDiffers ?? 0)).toBe(
      115,
    );
    expect(pointsOf(score, true)).toBe(100);
  });

  it('gives another country than claimed 30 points', () => {
    expect(pointsOf(scoreOf({}), true)).toBe(30);
    expect(pointsOf(scoreOf({ isVpn: true }), true)).toBe(55);
  });

  it.each([
    [0, 'low', 'allow', 0],
    [24, 'low', 'allow', 19],
    [25, 'medium', 'monitor', 20],
    [49, 'medium', 'monitor', 44],
    [50, 'high', 'challenge', 45],
    [79, 'high', 'challenge', 78],
    [80, 'critical', 'block', 80],
    [100, 'critical', 'block', 100],
  ])('calls %i "%s", to be treated as %s, which is %i on our scale', (points, label, action, ours) => {
    expect(bandOf(APIVERVE_SCORECARD, points)).toMatchObject({ label, action });
    expect(onOurScale(APIVERVE_SCORECARD, points)).toBe(ours);
  });
});

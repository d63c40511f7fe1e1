import { bandOf, isProviderScore, onOurScale, pointsOf } from '../provider-score.js';
import { IPGEOLOCATION_SCORECARD, ipgeolocationScore } from './ipgeolocation.scorecard.js';

describe('the ipgeolocation.io scorecard', () => {
  it.each([
    [0, 'allow', 'allow'],
    [19, 'allow', 'allow'],
    [20, 'log and flag', 'monitor'],
    [44, 'log and flag', 'monitor'],
    [45, 'force MFA', 'challenge'],
    [79, 'force MFA', 'challenge'],
    [80, 'block', 'block'],
    [100, 'block', 'block'],
  ])('reads %i as "%s", to be treated as %s', (threatScore, label, action) => {
    const score = ipgeolocationScore({ threat_score: threatScore });
    expect(score).toEqual({
      card: IPGEOLOCATION_SCORECARD,
      rows: [{ code: 'THREAT_SCORE', points: threatScore, detail: `threat_score ${threatScore} of 100` }],
    });
    expect(isProviderScore(score)).toBe(true);
    expect(bandOf(IPGEOLOCATION_SCORECARD, threatScore)).toMatchObject({ label, action });
    expect(onOurScale(IPGEOLOCATION_SCORECARD, threatScore)).toBe(threatScore);
  });

  it.each([
    [19.99, 19],
    [79.5, 79],
    [0.2, 0],
  ])('rounds %d down to %i', (threatScore, points) => {
    const score = ipgeolocationScore({ threat_score: threatScore });
    expect(score && pointsOf(score)).toBe(points);
  });

  it.each([[-1], [100.5], [101], ['80'], [null], [true], [[80]], [Infinity], [undefined]])(
    'makes no score of %j',
    (threatScore) => {
      expect(ipgeolocationScore({ threat_score: threatScore })).toBeUndefined();
    },
  );

  it('makes no score where there is none', () => {
    expect(ipgeolocationScore({})).toBeUndefined();
  });
});

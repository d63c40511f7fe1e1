import { BERLIN, login, NEW_YORK, PARIS, placeWith, SYDNEY, TOKYO } from '../../../../test/support/travel-points.js';
import type { TravelPoint } from './travel-point.js';
import { findingsIn } from './travel-findings.js';
import { judgeTravel } from './travel-rules.js';
import { DEFAULT_TRAVEL_LIMITS as LIMITS } from './travel-verdict.js';

const judged = (before: readonly TravelPoint[], point: TravelPoint) => judgeTravel(before, point, LIMITS);
const HOME = { address: 'home', prefix: 'home' };

describe('where a trip is measured from', () => {
  it('is either place of a network that a database has moved', () => {
    const before = [login(BERLIN, 0, HOME), login(TOKYO, 1, HOME)];
    expect(judged(before, login(BERLIN, 1.1)).status).toBe('possible');
    expect(judged(before, login(TOKYO, 1.1)).status).toBe('possible');
    expect(judged(before, login(SYDNEY, 1.1))).toMatchObject({ status: 'impossible', from: { city: 'Tokyo' } });
    expect(findingsIn([...before, login(BERLIN, 1.1)], LIMITS)).toEqual([]);
  });

  it('is the place that the user has gone to since, and not the old one of the network', () => {
    const before = [login(BERLIN, 0, HOME), login(TOKYO, 1, HOME), login(TOKYO, 2)];
    expect(judged(before, login(BERLIN, 2.1)).status).toBe('impossible');
  });

  it('is no place that is known to half a continent, so that nobody crosses it in two hops', () => {
    const somewhere = placeWith({ ...NEW_YORK, latitude: 39.8, longitude: -98.6, accuracyRadiusKm: 1900 });
    const losAngeles = placeWith({ ...NEW_YORK, city: 'Los Angeles', latitude: 34.05, longitude: -118.24 });
    const before = [login(NEW_YORK, 0), login(somewhere, 0.05)];
    expect(judged([login(NEW_YORK, 0)], login(somewhere, 0.05)).status).toBe('possible');
    expect(judged(before, login(losAngeles, 0.1))).toMatchObject({ status: 'impossible', from: { city: 'New York' } });
  });

  it('is such a place where there is no better one', () => {
    const vague = login({ ...PARIS, accuracyRadiusKm: 500 }, 0);
    expect(judged([vague], login(TOKYO, 1))).toMatchObject({ status: 'impossible', from: { city: 'Paris' } });
  });
});

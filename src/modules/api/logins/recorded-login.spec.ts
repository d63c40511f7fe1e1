import type { LoginReport } from '../../geo-velocity/geo-velocity.js';
import { recordedLogin } from './recorded-login.js';

const RECORDED: LoginReport = {
  login: {
    eventId: 'e1',
    ts: 0,
    address: 'a',
    prefix: 'b',
    network: 'access',
    country: 'FR',
    region: undefined,
    city: undefined,
    latitude: undefined,
    longitude: undefined,
    accuracyRadiusKm: undefined,
    asn: undefined,
  },
  isDuplicate: false,
  verdict: {
    status: 'first',
    network: 'access',
    from: undefined,
    distanceKm: undefined,
    elapsedSeconds: undefined,
    speedKmh: undefined,
    isCountryChanged: undefined,
  },
  relief: undefined,
  isHeld: false,
  found: [],
  withdrawn: [],
  isOwed: false,
};
const refused = (error: string, message: RegExp): Error =>
  expect.objectContaining({
    status: 503,
    response: { error, message: expect.stringMatching(message) as string },
  }) as Error;

describe('recordedLogin', () => {
  it('is the login that was stored', () => {
    expect(recordedLogin({ travel: RECORDED, degraded: ['vendor'] })).toBe(RECORDED);
  });

  it('refuses a stored login whose decision may not be on record', () => {
    const decision = { travel: RECORDED, degraded: ['vendor', 'decision-log'] };
    expect(() => recordedLogin(decision)).toThrow(refused('DECISION_NOT_RECORDED', /^The login is recorded, but /));
  });

  it.each([
    [['geo-velocity', 'decision-log'], /^The database did not answer/],
    [['decision-log'], /^No database is configured/],
    [[], /^No database is configured/],
  ])('refuses a login that may not be stored, with %j missing', (degraded, message) => {
    expect(() => recordedLogin({ travel: undefined, degraded })).toThrow(refused('LOGIN_NOT_RECORDED', message));
  });
});

import { acceptedInstant } from './login-instant.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;

describe('acceptedInstant', () => {
  it('is now where nothing is said, and whole milliseconds where something is', () => {
    expect(acceptedInstant(undefined, NOW, 90)).toBe(NOW);
    expect(acceptedInstant(NOW - 0.5, NOW, 90)).toBe(NOW - 1);
    expect(acceptedInstant(new Date(NOW - 5), NOW, 90)).toBe(NOW - 5);
  });

  it('reaches from the retention to a minute ahead', () => {
    expect(acceptedInstant(NOW + 60_000, NOW, 90)).toBe(NOW + 60_000);
    expect(acceptedInstant(NOW - 90 * DAY_MS, NOW, 90)).toBe(NOW - 90 * DAY_MS);
  });

  it.each([NOW + 60_001, NOW - 90 * DAY_MS - 1, 0, -1, Number.NaN, Infinity, -Infinity, 1e300])('refuses %d', (ts) => {
    expect(() => acceptedInstant(ts, NOW, 90)).toThrow(expect.objectContaining({ code: 'LOGIN_INVALID' }));
  });

  it('refuses a Date of no time', () => {
    expect(() => acceptedInstant(new Date('never'), NOW, 90)).toThrow(
      expect.objectContaining({ code: 'LOGIN_INVALID' }),
    );
  });
});

import { inspect } from 'node:util';
import fc from 'fast-check';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { SecretText } from '../../../common/secrets/secret-text.js';
import { AnswerLinks } from './answer-links.js';

const KEY = 'a-key-of-the-site-0123456789abcdef';
const DAY_MS = 86_400_000;
const ID = 'a0123456789abcdefghijkl0';
const clock = new FakeClock(Date.parse('2026-11-22T08:30:00Z'));
const links = new AnswerLinks({ key: new SecretText(KEY), publicUrl: 'https://risk.example.com/', clock });
const alert = { id: ID, createdAt: clock.now() };
const tokenOf = (url: string): string => url.split('/').at(-1) ?? '';
const { yesUrl, noUrl } = links.linksFor(alert);

describe('AnswerLinks', () => {
  it('reads what it has made, until seven days after the alert', () => {
    const expiresAt = alert.createdAt + 7 * DAY_MS;
    expect(yesUrl).toMatch(/^https:\/\/risk\.example\.com\/v1\/was-this-you\/[\w.-]+$/);
    expect(links.verify(tokenOf(yesUrl))).toEqual({ alertId: ID, answer: 'yes', expiresAt });
    expect(links.verify(tokenOf(noUrl))).toEqual({ alertId: ID, answer: 'no', expiresAt });
    const later = (ms: number): AnswerLinks =>
      new AnswerLinks({ key: new SecretText(KEY), publicUrl: 'https://x.example', clock: new FakeClock(ms) });
    expect(later(expiresAt - 1).verify(tokenOf(noUrl))).toMatchObject({ answer: 'no' });
    expect(later(expiresAt).verify(tokenOf(noUrl))).toBe('expired');
  });

  it('makes the same links again for an alert that is delivered again', () => {
    const elsewhere = new AnswerLinks({ key: new SecretText(KEY), publicUrl: 'https://risk.example.com', clock });
    expect(elsewhere.linksFor(alert)).toEqual({ yesUrl, noUrl });
  });

  it('calls forged whatever differs in one character from what it has made', () => {
    const forged = fc.record({
      token: fc.constantFrom(tokenOf(yesUrl), tokenOf(noUrl)),
      at: fc.nat(),
      by: fc.oneof(fc.stringMatching(/^[\w.-]$/), fc.string({ unit: 'grapheme', maxLength: 2 })),
    });
    fc.assert(
      fc.property(forged, ({ token, at, by }) => {
        const place = at % token.length;
        fc.pre(token[place] !== by);
        expect(links.verify(token.slice(0, place) + by + token.slice(place + 1))).toBe('forged');
      }),
      { numRuns: 2000 },
    );
  });

  it('calls forged what was made with another key, and anything else', () => {
    const other = new AnswerLinks({ key: new SecretText(`${KEY}!`), publicUrl: 'https://risk.example.com', clock });
    expect(links.verify(tokenOf(other.linksFor(alert).yesUrl))).toBe('forged');
    fc.assert(fc.property(fc.string(), (text) => links.verify(text) === 'forged'));
    expect(links.verify('.'.repeat(100_000))).toBe('forged');
  });

  it('tells an end that somebody moved from one that is over', () => {
    const [id, answer, , mac] = tokenOf(yesUrl).split('.');
    const later = (alert.createdAt + 365 * DAY_MS).toString(36);
    expect(links.verify([id, answer, later, mac].join('.'))).toBe('forged');
  });

  it('shows its key nowhere', () => {
    const shown = inspect(links, { depth: 9, showHidden: true }) + JSON.stringify(links) + yesUrl;
    expect(shown).not.toContain(KEY);
    expect(JSON.stringify(links)).not.toContain('key');
  });
});

import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { SecretText } from '../../common/secrets/secret-text.js';
import { alertSettings } from './alert-settings.js';
import type { AlertOptions } from './ip-risk-options.js';

const HISTORY = { retentionDays: 90, addressDays: 30, hashKey: new SecretText('k'.repeat(32)) };
const database = { url: 'postgres://nobody@example/none' };
const publicUrl = 'https://risk.example.com';

const settingsOf = (alerts: AlertOptions) => alertSettings({ providers: [], database, alerts }, HISTORY);

describe('alertSettings', () => {
  it('hold a storm for five minutes and to sixty in an hour, and ask nobody', () => {
    const usual = { windowMs: 300_000, capPerHour: 60, groupBy: ['prefix', 'user', 'policy'], asksUsers: false };
    expect(settingsOf({})).toEqual({ ...usual, retentionDays: 90, addressDays: 30 });
    expect(alertSettings({ providers: [] }, HISTORY)).toMatchObject(usual);
    expect(settingsOf({ askUsers: { publicUrl, validDays: 0.5 } }).asksUsers).toBe(true);
  });

  it.each<AlertOptions>([
    { windowSeconds: 0.5 },
    { windowSeconds: Number.NaN },
    { capPerHour: 0 },
    { capPerHour: 1.5 },
    { groupBy: [] },
    { groupBy: ['user', 'city' as never] },
    { askUsers: { publicUrl: 'risk.example.com' } },
    { askUsers: { publicUrl, validDays: 0 } },
    { askUsers: { publicUrl, validDays: Number.NaN } },
  ])('refuse %j', (alerts) => {
    expect(() => settingsOf(alerts)).toThrow(InvalidConfigurationError);
  });

  it('refuse alerts that there is nowhere to keep, and questions that nobody can sign', () => {
    expect(() => alertSettings({ providers: [], alerts: {} }, HISTORY)).toThrow(/set `database`/);
    const noKey = { ...HISTORY, hashKey: undefined };
    expect(() => alertSettings({ providers: [], database, alerts: { askUsers: { publicUrl } } }, noKey)).toThrow(
      /geoVelocity\.hashKey/,
    );
  });
});

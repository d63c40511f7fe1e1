/** What ipstack adds to a country. */
export interface Country {
  readonly capital: string;
  readonly language: readonly [code: string, name: string, native: string];
  readonly callingCode: string;
  readonly currency: readonly [code: string, name: string, plural: string, symbol: string];
}

const EURO = ['EUR', 'Euro', 'Euros', '€'] as const;

export const COUNTRIES: ReadonlyMap<string, Country> = new Map([
  [
    'CH',
    {
      capital: 'Bern',
      language: ['de', 'German', 'Deutsch'],
      callingCode: '41',
      currency: ['CHF', 'Swiss Franc', 'Swiss francs', 'CHF'],
    },
  ],
  ['DE', { capital: 'Berlin', language: ['de', 'German', 'Deutsch'], callingCode: '49', currency: EURO }],
  [
    'GB',
    {
      capital: 'London',
      language: ['en', 'English', 'English'],
      callingCode: '44',
      currency: ['GBP', 'British Pound Sterling', 'British pounds sterling', '£'],
    },
  ],
  [
    'HU',
    {
      capital: 'Budapest',
      language: ['hu', 'Hungarian', 'Magyar'],
      callingCode: '36',
      currency: ['HUF', 'Hungarian Forint', 'Hungarian forints', 'Ft'],
    },
  ],
  [
    'KR',
    {
      capital: 'Seoul',
      language: ['ko', 'Korean', '한국어'],
      callingCode: '82',
      currency: ['KRW', 'South Korean Won', 'South Korean won', '₩'],
    },
  ],
  [
    'SE',
    {
      capital: 'Stockholm',
      language: ['sv', 'Swedish', 'Svenska'],
      callingCode: '46',
      currency: ['SEK', 'Swedish Krona', 'Swedish kronor', 'Skr'],
    },
  ],
  [
    'US',
    {
      capital: 'Washington D.C.',
      language: ['en', 'English', 'English'],
      callingCode: '1',
      currency: ['USD', 'US Dollar', 'US dollars', '$'],
    },
  ],
]);

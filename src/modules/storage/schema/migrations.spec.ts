import { createHash } from 'node:crypto';
import { MOST_POINTS } from '../../geo-velocity/travel/travel-rules.js';
import { MOST_NEIGHBOURS } from './login-functions.js';
import { MIGRATIONS } from './migrations.js';

/** Of each step as it was published, for the schema `s`. A new step gets its line here; a line never changes. */
const PUBLISHED: readonly string[] = [
  'e7a111e274c41ca3ae46fac16f092ef4f876b0c807c8d7454a1d4d8e6ebeeb17',
  '6613f2d7ed63cfcc1a62f9dbf854f2be6837136100893caae9525345219dece2',
  '1a93a275740972e00a3421e2bc3131972648074f945dcb31f077263ce0bfdfd1',
  '553932c0ecc52364099bafe017c4ee92a9c70ad6f7676fd45a6ebfbbafbdcdb1',
  'dee6cef8572b699d1b2cbd3157dc0f4d7ad7237c3b3d3a521fd1889de6313b15',
];

describe('the migrations', () => {
  it('are numbered without gaps', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it('stay as they were published: databases in use have run them', () => {
    const digests = MIGRATIONS.map(({ sql }) => createHash('sha256').update(sql('s')).digest('hex'));
    expect(digests).toEqual(PUBLISHED);
  });

  it('find as many neighbours of a login as it is judged by', () => {
    expect(MOST_NEIGHBOURS).toBe(MOST_POINTS);
  });
});

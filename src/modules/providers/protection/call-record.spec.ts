import fc from 'fast-check';
import { CallRecord } from './call-record.js';

function recorded(durations: readonly number[]): CallRecord {
  const record = new CallRecord();
  for (const ms of durations) record.ended('ok', ms, 0);
  return record;
}

describe('CallRecord', () => {
  it('knows nothing before the first call', () => {
    expect(new CallRecord().report()).toEqual({
      lastSuccessAt: undefined,
      p50Ms: undefined,
      p95Ms: undefined,
      calls: {},
      refused: {},
    });
  });

  it.each([
    ['one', [7], 7, 7],
    ['two', [30, 10], 10, 30],
    ['twenty', Array.from({ length: 20 }, (_, index) => index + 1), 10, 19],
    ['a hundred', Array.from({ length: 100 }, (_, index) => 100 - index), 50, 95],
  ])('gives the percentiles of %s', (_, durations, p50Ms, p95Ms) => {
    expect(recorded(durations).report()).toMatchObject({ p50Ms, p95Ms });
  });

  it('gives a percentile that at least that share of the latest 128 calls is not above', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { minLength: 1, maxLength: 400 }), (durations) => {
        const latest = durations.slice(-128);
        const { p50Ms = NaN, p95Ms = NaN } = recorded(durations).report();
        for (const [share, ms] of [
          [0.5, p50Ms],
          [0.95, p95Ms],
        ] as const) {
          expect(latest).toContain(ms);
          expect(latest.filter((duration) => duration <= ms).length / latest.length).toBeGreaterThanOrEqual(share);
          expect(latest.filter((duration) => duration < ms).length / latest.length).toBeLessThan(share);
        }
      }),
    );
  });

  it('forgets calls that 128 later ones have followed', () => {
    const durations = Array.from({ length: 128 }, () => 20);
    expect(recorded([5000, 5000, ...durations]).report()).toMatchObject({ p50Ms: 20, p95Ms: 20 });
    expect(recorded([...durations, 5000]).report()).toMatchObject({ p50Ms: 20, p95Ms: 20 });
  });

  it('times answers and not failures: a refused connection is quick and says nothing', () => {
    const record = recorded([100, 120]);
    for (let call = 0; call < 50; call += 1) record.ended('PROVIDER_UNREACHABLE', 1, 0);
    record.ended('PROVIDER_TIMEOUT', 300, 0);
    expect(record.report()).toMatchObject({ p50Ms: 100, p95Ms: 120 });
  });

  it('counts calls by how they ended, and what was refused beside them', () => {
    const record = recorded([1, 2]);
    record.ended('NO_DATA', 3, 0);
    record.ended('PROVIDER_TIMEOUT', 300, 0);
    record.refuse('PROVIDER_QUOTA');
    record.refuse('PROVIDER_QUOTA');
    const { calls, refused } = record.report();
    expect(calls).toEqual({ ok: 2, NO_DATA: 1, PROVIDER_TIMEOUT: 1 });
    expect(refused).toEqual({ PROVIDER_QUOTA: 2 });
  });

  it('takes an answer without data for a success, and a failure for none', () => {
    const record = new CallRecord();
    record.ended('ok', 1, 1000);
    record.ended('NO_DATA', 1, 2000);
    record.ended('PROVIDER_BAD_RESPONSE', 1, 3000);
    expect(record.report().lastSuccessAt).toBe(2000);
  });

  it('does not let a clock that was set back make a call shorter than nothing', () => {
    expect(recorded([-3_600_000]).report()).toMatchObject({ p50Ms: 0, p95Ms: 0 });
  });

  it('hands out reports that no reader can change', () => {
    const record = recorded([1]);
    (record.report().calls as Record<string, number>)['ok'] = 99;
    expect(record.report().calls).toEqual({ ok: 1 });
  });
});

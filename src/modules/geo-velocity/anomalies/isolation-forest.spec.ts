import fc from 'fast-check';
import { isolationScores, outliersOf } from './isolation-forest.js';
import { seededRandom } from './seeded-random.js';
import { standardized } from './standard-scaler.js';

/** Bell-shaped, mean 0, deviation 1. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The chance that an outlier's score is above another row's. */
function areaUnderCurve(scores: readonly number[], areOutliers: readonly boolean[]): number {
  const inside = scores.filter((_, index) => areOutliers[index] !== true);
  const outside = scores.filter((_, index) => areOutliers[index] === true);
  const wins = outside.map(
    (one) => inside.filter((other) => one > other).length + inside.filter((other) => one === other).length / 2,
  );
  return wins.reduce((sum, count) => sum + count, 0) / (inside.length * outside.length);
}

describe('isolationScores', () => {
  it('tells planted outliers from three clusters', () => {
    const random = seededRandom(1);
    const centres = [
      [0, 0, 0],
      [8, 0, 4],
      [0, 9, -5],
    ];
    const usual = Array.from({ length: 950 }, (_, index) =>
      (centres[index % 3] as number[]).map((mean) => mean + normal(random)),
    );
    const planted = Array.from({ length: 50 }, () => {
      const direction = [normal(random), normal(random), normal(random)];
      const length = Math.hypot(...direction);
      return direction.map((part) => (part / length) * (12 + 8 * random()));
    });
    const rows = [...usual, ...planted];
    const area = areaUnderCurve(
      isolationScores(rows),
      rows.map((_, index) => index >= usual.length),
    );
    process.stdout.write(`Isolation forest, 50 outliers among 1000 rows: AUC ${area.toFixed(4)}\n`);
    expect(area).toBeGreaterThan(0.99);
  });

  it('is the same for the same seed and another for another', () => {
    const random = seededRandom(2);
    const rows = Array.from({ length: 300 }, () => [normal(random), normal(random)]);
    expect(isolationScores(rows)).toEqual(isolationScores(rows));
    expect(isolationScores(rows)).toEqual(isolationScores(rows, { trees: 100, sampleSize: 256, seed: 42 }));
    expect(isolationScores(rows, { seed: 43 })).not.toEqual(isolationScores(rows));
  });

  it('scores equal rows 0.5 each, and any rows from 0 to 1', () => {
    const equal = isolationScores(Array.from({ length: 30 }, () => [1, 2]));
    expect(new Set(equal).size).toBe(1);
    expect(equal[0]).toBeCloseTo(0.5, 10);
    expect(isolationScores([])).toEqual([]);
    expect(isolationScores([[7]])).toEqual([0.5]);
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, finite, finite), { minLength: 2, maxLength: 40 }), (rows) => {
        for (const score of isolationScores(rows, { trees: 10 })) {
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('scores the row alone at the far end of a line highest', () => {
    const scores = isolationScores([...Array.from({ length: 60 }, (_, index) => [index / 60]), [10]]);
    expect(scores.indexOf(Math.max(...scores))).toBe(60);
    expect(scores[60]).toBeGreaterThan(0.75);
    expect(scores[30]).toBeLessThan(0.5);
  });

  it('keeps to whole splits between two values that no number lies between', () => {
    const scores = isolationScores([[1], [1 + Number.EPSILON]]);
    expect(scores[0]).toBe(scores[1]);
    expect(scores[0]).toBeCloseTo(0.5, 10);
  });
});

describe('outliersOf', () => {
  it('takes the tenth with the highest scores', () => {
    const scores = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) / 100);
    const outliers = scores.filter((_, index) => outliersOf(scores, 0.1)[index]);
    expect(outliers.sort()).toEqual([0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99]);
  });

  it('reads the threshold between two scores, as numpy.percentile does', () => {
    // The 90th percentile of nine is 0.2 of the way from the eighth to the ninth.
    expect(outliersOf([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.1).filter(Boolean)).toHaveLength(1);
  });

  it('finds none among equals, and none in nothing', () => {
    expect(outliersOf([0.5, 0.5, 0.5], 0.1)).toEqual([false, false, false]);
    expect(outliersOf([], 0.1)).toEqual([]);
  });
});

describe('standardized', () => {
  it('brings each column to mean 0 and deviation 1', () => {
    expect(
      standardized([
        [1, 10],
        [3, 30],
      ]),
    ).toEqual([
      [-1, -1],
      [1, 1],
    ]);
  });

  it('makes 0 of a column that never changes, and nothing of nothing', () => {
    expect(
      standardized([
        [0.1, 1],
        [0.1, 3],
        [0.1, 5],
      ]).map(([first]) => first),
    ).toEqual([0, 0, 0]);
    expect(standardized([])).toEqual([]);
  });
});

describe('seededRandom', () => {
  it('is even over 0 to 1, the same for one seed', () => {
    const random = seededRandom(42);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let count = 0; count < 100_000; count += 1) {
      const value = random();
      tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;
    }
    expect(tenths).toHaveLength(10);
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    // mulberry32 as published.
    const first = seededRandom(42);
    expect([first(), first(), first()]).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099]);
  });
});

import { seededRandom } from './seeded-random.js';

export interface IsolationForestOptions {
  /** @default 100 */
  readonly trees?: number;
  /** Rows that each tree is grown from, at most. @default 256 */
  readonly sampleSize?: number;
  /** The same seed gives the same forest. @default 42 */
  readonly seed?: number;
}

type Row = readonly number[];
type Random = () => number;

interface Leaf {
  /** Splits down to here, and those that the rows left together would take. */
  readonly pathLength: number;
}

interface Split {
  readonly column: number;
  readonly threshold: number;
  readonly low: Tree;
  readonly high: Tree;
}

type Tree = Leaf | Split;

/**
 * How alone each row stands, 0–1, by an isolation forest (Liu, Ting and Zhou, 2008): in trees of random splits a row
 * that is unlike the others is alone after few of them. Some 0.5 is usual, near 1 is an outlier; rows that are all equal
 * are 0.5 each.
 */
export function isolationScores(
  rows: readonly Row[],
  { trees = 100, sampleSize = 256, seed = 42 }: IsolationForestOptions = {},
): number[] {
  if (rows.length < 2) return rows.map(() => 0.5);
  const random = seededRandom(seed);
  const size = Math.min(sampleSize, rows.length);
  const mostSplits = Math.ceil(Math.log2(size));
  const forest = Array.from({ length: trees }, () => grow(sampleOf(rows, size, random), 0, mostSplits, random));
  const usual = averagePathLength(size);
  return rows.map((row) => {
    const sum = forest.reduce((total, tree) => total + pathLengthIn(tree, row), 0);
    return 2 ** -(sum / trees / usual);
  });
}

/**
 * Which rows are outliers where `share` of them are taken to be some: those with a score above that quantile, read
 * between two scores as scikit-learn does. Rows that tie with it are not, so equal rows have no outlier among them.
 */
export function outliersOf(scores: readonly number[], share: number): boolean[] {
  const sorted = scores.toSorted((a, b) => a - b);
  const position = (1 - share) * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  const threshold = below + (above - below) * (position - Math.floor(position));
  return scores.map((score) => score > threshold);
}

/** The first rows of a shuffle that goes no further than it must. */
function sampleOf(rows: readonly Row[], size: number, random: Random): Row[] {
  const shuffled = [...rows];
  for (let index = 0; index < size; index += 1) {
    const other = index + Math.floor(random() * (shuffled.length - index));
    const row = shuffled[index] as Row;
    shuffled[index] = shuffled[other] as Row;
    shuffled[other] = row;
  }
  return shuffled.slice(0, size);
}

function grow(rows: readonly Row[], depth: number, mostSplits: number, random: Random): Tree {
  const ranges = rows.length > 1 && depth < mostSplits ? rangesOf(rows) : [];
  const range = ranges[Math.floor(random() * ranges.length)];
  if (range === undefined) return { pathLength: depth + averagePathLength(rows.length) };
  const { column, least, most } = range;
  const drawn = least + random() * (most - least);
  // Rounding may reach the end of the range, and nothing would be above it.
  const threshold = drawn < most ? drawn : least;
  const isLow = (row: Row): boolean => (row[column] as number) <= threshold;
  return {
    column,
    threshold,
    low: grow(rows.filter(isLow), depth + 1, mostSplits, random),
    high: grow(
      rows.filter((row) => !isLow(row)),
      depth + 1,
      mostSplits,
      random,
    ),
  };
}

/** The columns in which the rows differ. */
function rangesOf(rows: readonly Row[]): { column: number; least: number; most: number }[] {
  return (rows[0] as Row).flatMap((first, column) => {
    let least = first;
    let most = first;
    for (const row of rows) {
      const value = row[column] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    return least < most ? [{ column, least, most }] : [];
  });
}

function pathLengthIn(tree: Tree, row: Row): number {
  let node = tree;
  while ('column' in node) node = (row[node.column] as number) <= node.threshold ? node.low : node.high;
  return node.pathLength;
}

const EULER_GAMMA = 0.577_215_664_901_532_9;

/** Average number of splits that find one of `count` rows in a random search tree. */
function averagePathLength(count: number): number {
  if (count < 2) return 0;
  if (count === 2) return 1;
  return 2 * (Math.log(count - 1) + EULER_GAMMA) - (2 * (count - 1)) / count;
}

/**
 * Rows with each column brought to mean 0 and standard deviation 1, so that hours, kilometres and km/h weigh the same.
 * A column that never changes becomes 0.
 */
export function standardized(rows: readonly (readonly number[])[]): number[][] {
  const columns = (rows[0] ?? []).map((_, column) => scaleOf(rows.map((row) => row[column] ?? 0)));
  return rows.map((row) => row.map((value, column) => (columns[column] as Scale)(value)));
}

type Scale = (value: number) => number;

function scaleOf(values: readonly number[]): Scale {
  const mean = meanOf(values);
  const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
  // Equal values have a deviation of some rounding error at most, which would make noise large.
  const isConstant = values.every((value) => value === values[0]) || deviation === 0;
  return (value) => (isConstant ? 0 : (value - mean) / deviation);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

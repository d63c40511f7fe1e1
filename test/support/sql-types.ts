import type { SqlValue } from '../../src/modules/storage/database.js';

/** One row with every type that is stored, out of every kind of value that is given, and what both databases make of it. */
const COLUMNS: readonly (readonly [expression: string, value: SqlValue | undefined, json: string])[] = [
  ['$::text', 'ü\u{1f600}\\ "\'', JSON.stringify('ü\u{1f600}\\ "\'')],
  ['$::text', '', '""'],
  ['$::text', null, 'null'],
  ['$::boolean', true, 'true'],
  ['$::smallint', 7, '7'],
  ['$::integer', -2147483648, '-2147483648'],
  ['$::bigint', 9007199254740991, '"9007199254740991"'],
  ['$::bigint', '9223372036854775807', '"9223372036854775807"'],
  ['$::double precision', 0.1, '0.1'],
  ['$::double precision', 1e300, '1e+300'],
  ['$::real', 1.5, '1.5'],
  ['$::numeric', '12.340', '"12.340"'],
  ['$::timestamptz', new Date(1_700_000_000_123), '"2023-11-14T22:13:20.123Z"'],
  ['$::timestamptz', '2020-02-29T12:00:00.5+03:00', '"2020-02-29T09:00:00.500Z"'],
  ['$::text[]', ['a', 'b,c', '"d"', '\\', ''], JSON.stringify(['a', 'b,c', '"d"', '\\', ''])],
  ['$::integer[]', [1, -2], '[1,-2]'],
  ['$::double precision[]', [0.5, 1e21], '[0.5,1e+21]'],
  ['$::bigint[]', ['1', '9007199254740993'], '["1","9007199254740993"]'],
  ['$::jsonb', '{"b":[1,null,"x"],"a":0.1}', '{"a":0.1,"b":[1,null,"x"]}'],
  ['$::json', '[1, 2]', '[1,2]'],
  ['$::inet', '2001:db8::1/64', '"2001:db8::1/64"'],
  ['$::inet', '203.0.113.7', '"203.0.113.7"'],
  ['$::cidr', '203.0.113.0/24', '"203.0.113.0/24"'],
  ['$::uuid', '0190b6a0-0000-7000-8000-000000000000', '"0190b6a0-0000-7000-8000-000000000000"'],
  ["interval '1 day 02:03:04.5'", undefined, '{"days":1,"hours":2,"minutes":3,"seconds":4,"milliseconds":500}'],
  ["'\\x00ff'::bytea", undefined, '{"type":"Buffer","data":[0,255]}'],
  ['count(*)', undefined, '"1"'],
  ['sum(0.5::double precision)', undefined, '0.5'],
  ["array_agg('x'::text)", undefined, '["x"]'],
  ["jsonb_build_object('n', 12345678901)", undefined, '{"n":12345678901}'],
];

const values: SqlValue[] = [];
const expressions = COLUMNS.map(([expression, value], at) => {
  if (value !== undefined) values.push(value);
  return `${expression.replace('$', `$${values.length}`)} AS c${at}`;
});

export const TYPES_QUERY = {
  text: `SELECT ${expressions.join(', ')}`,
  values: values as readonly SqlValue[],
  /** The rows, byte for byte. */
  json: `[{${COLUMNS.map(([, , json], at) => `"c${at}":${json}`).join(',')}}]`,
};

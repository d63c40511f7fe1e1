import { isJsonObject } from './field-selection.js';

export type WrongTypes = 'text' | 'list' | 'null';

/** The JSON with every value of another type than it should have. */
export function withWrongTypes(body: unknown, as: WrongTypes): string {
  const damaged = as === 'null' ? withoutObjects(body) : mapLeaves(body, as === 'list' ? inList : ofOtherType);
  return JSON.stringify(damaged);
}

function withoutObjects(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutObjects);
  if (!isJsonObject(body)) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, isLeaf(value) ? value : null]));
}

function inList(value: unknown): unknown {
  return [value];
}

function ofOtherType(value: unknown): unknown {
  if (typeof value === 'string') return value.length;
  return value === null ? 0 : JSON.stringify(value);
}

// Text stands in for what JSON.stringify cannot write.
const INFINITE = '@@infinite@@';
const BAD_NUMBERS = [INFINITE, -5, 1000, 'NaN'] as const;

/** The JSON with a number that cannot be meant in every place of a number. */
export function withBadNumbers(body: unknown): string {
  let seen = 0;
  const damaged = mapLeaves(body, (value) => {
    if (typeof value !== 'number') return value;
    seen += 1;
    return BAD_NUMBERS[(seen - 1) % BAD_NUMBERS.length];
  });
  return JSON.stringify(damaged).replaceAll(`"${INFINITE}"`, '1e999');
}

const HOSTILE_KEYS =
  '"__proto__":{"polluted":true,"success":true,"is_tor":true,"threat_score":0},' +
  '"constructor":{"prototype":{"polluted":true}},"then":{"polluted":true}';

/** The JSON with keys in every object that a careless merge takes for the object's own machinery. */
export function withHostileKeys(body: unknown): string {
  if (Array.isArray(body)) return `[${body.map(withHostileKeys).join(',')}]`;
  if (!isJsonObject(body)) return JSON.stringify(body);
  const fields = Object.entries(body)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${withHostileKeys(value)}`);
  return `{${[HOSTILE_KEYS, ...fields].join(',')}}`;
}

/** The JSON with another address wherever one that was asked for is named. */
export function withOtherAddress(body: unknown, asked: readonly string[], other: string): string {
  const replaced = mapLeaves(body, (value) => (typeof value === 'string' && asked.includes(value) ? other : value));
  return JSON.stringify(replaced);
}

export function withPadding(body: unknown, megabytes: number): string {
  const padding = 'x'.repeat(megabytes * 1_000_000);
  return JSON.stringify(isJsonObject(body) ? { ...body, padding } : [body, { padding }].flat());
}

export function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

function mapLeaves(body: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(body)) return body.map((value: unknown) => mapLeaves(value, change));
  if (!isJsonObject(body)) return change(body);
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, mapLeaves(value, change)]));
}

function isLeaf(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

import { parseIpAddress } from '../../../common/ip/ip-address.js';
import type { Reply } from './contract-wire.js';

/** Makes the text of a body out of the vendor's good one. */
export type Damage = (body: unknown, text: string) => string;

/** The vendor's good answer with its body damaged. */
export function replying(damage: Damage): Reply {
  return async (_, good) => {
    const response = await good();
    const text = await response.text();
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    return new Response(damage(parsed(text), text), { status: response.status, headers });
  };
}

/** A body that answers whatever was asked. */
export function replyingText(body: string, status = 200, type = 'application/json'): Reply {
  return () => new Response(body, { status, headers: { 'content-type': type } });
}

const INFINITE = '@@infinite@@';

/** Valid JSON in which values have types and ranges that no documentation promises. */
export const WRONG_TYPES: Readonly<Record<string, Damage>> = {
  'text for every value': (body) => textOf(mapLeaves(body, String)),
  'a number for every value': (body) => textOf(mapLeaves(body, () => 7)),
  'a list around every value': (body) => textOf(mapLeaves(body, (value) => [value])),
  'an object for every value': (body) => textOf(mapLeaves(body, (value) => ({ value }))),
  'an infinite number for every number': (body) => withNumbers(body, INFINITE).replaceAll(`"${INFINITE}"`, '1e999'),
  'a negative number for every number': (body) => withNumbers(body, -1),
  'a huge number for every number': (body) => withNumbers(body, 1e15),
  'an empty text for every text': (body) =>
    textOf(mapLeaves(body, (value) => (typeof value === 'string' ? '' : value))),
  'null for every object inside': (body) => textOf(withoutObjects(body)),
  null: () => 'null',
  'a number': () => '7',
  'a text': () => '"text"',
  true: () => 'true',
  'an empty list': () => '[]',
  'a list of null': () => '[null]',
  'an empty object': () => '{}',
};

/** Null for all but what says that the call went well and what repeats the address. */
export function withNulls(asked: string, envelope: readonly string[]): Damage {
  const stays = (name: string): boolean =>
    /^(success|ok|status|state|code|result)$/i.test(name) || envelope.includes(name);
  return (body) => textOf(mapLeaves(body, (value, name) => (stays(name) || isAddress(value, asked) ? value : null)));
}

/** Another address wherever the asked one is repeated, but for names of hosts. */
export function withOtherAddress(asked: string, other: string): Damage {
  return (body) =>
    textOf(
      mapLeaves(body, (value, name) => (isAddress(value, asked) && !/host|domain|ptr|dns/i.test(name) ? other : value)),
    );
}

/** The body as nothing but the prototype of an empty one. */
export const asPrototype: Damage = (_, text) => `{"__proto__":${text},"constructor":{"prototype":${text}}}`;

/** A body whose objects each bring a prototype that marks whatever they are merged into. */
export const withHostileKeys: Damage = (body) => {
  if (Array.isArray(body)) return `[${body.map((item) => withHostileKeys(item, '')).join(',')}]`;
  if (typeof body !== 'object' || body === null) return textOf(body);
  const fields = Object.entries(body).map(([name, value]) => `${JSON.stringify(name)}:${withHostileKeys(value, '')}`);
  return `{${['"__proto__":{"polluted":true}', ...fields].join(',')}}`;
};

function withNumbers(body: unknown, number: unknown): string {
  return textOf(mapLeaves(body, (value) => (typeof value === 'number' ? number : value)));
}

function isAddress(value: unknown, asked: string): boolean {
  return typeof value === 'string' && parseIpAddress(value)?.text === asked;
}

function mapLeaves(value: unknown, change: (value: unknown, name: string) => unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => mapLeaves(item, change, name));
  if (typeof value !== 'object' || value === null) return change(value, name);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change, key)]));
}

function withoutObjects(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const fields = Object.entries(body);
  return Object.fromEntries(
    fields.map(([name, value]) => [name, typeof value === 'object' ? null : (value as unknown)]),
  );
}

/** Empty for a body that was no JSON before. */
function textOf(body: unknown): string {
  return body === undefined ? '' : JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

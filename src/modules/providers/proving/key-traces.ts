import assert from 'node:assert/strict';
import { inspect } from 'node:util';

/** Fails when the key can be read in the value, in whatever way the value is printed. */
export function assertKeyless(value: unknown, key: string, where: string): void {
  const texts = printed(value).map((text) => text.toLowerCase());
  const found = spellingsOf(key).find(([, spelling]) => texts.some((text) => text.includes(spelling.toLowerCase())));
  // Says how it is written, not what is printed: that would put the key into a test report.
  assert.equal(found?.[0], undefined, `the key can be read in ${where}`);
}

/** True when the text holds the key in some spelling. */
export function holdsKey(text: string, key: string): boolean {
  return spellingsOf(key).some(([, spelling]) => text.includes(spelling));
}

/** The ways in which a key is written, by name. */
function spellingsOf(key: string): readonly (readonly [name: string, spelling: string])[] {
  const bytes = Buffer.from(key);
  return [
    ['plain', key],
    ['URL-encoded', encodeURIComponent(key)],
    ['form-encoded', new URLSearchParams({ key }).toString().slice('key='.length)],
    ['hexadecimal', bytes.toString('hex')],
    ...[0, 1, 2].flatMap((offset) => {
      const base64 = base64Within(bytes, offset);
      const url = base64.replaceAll('+', '-').replaceAll('/', '_');
      return [['base64', base64] as const, ['base64url', url] as const];
    }),
  ];
}

/** What of the key's base64 does not depend on the text around it, when it begins at byte `offset` of three. */
function base64Within(key: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), key]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + key.length) * 8) / 6));
}

function printed(value: unknown): string[] {
  const all = { depth: Infinity, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity };
  const texts = [inspect(value, { ...all, getters: true }), inspect(value, { ...all, customInspect: false })];
  texts.push(serialized(value), String(value));
  if (value instanceof Error) texts.push(value.message, value.stack ?? '');
  return texts;
}

function serialized(value: unknown): string {
  try {
    return JSON.stringify([value]);
  } catch {
    // What holds itself cannot be shown in this way.
    return '';
  }
}

import { INSTANT_FORM, readInstant } from './instant.js';
import { invalidRequest } from './invalid-request.js';

/** The parameters of a URL as they arrive: text, or a list of texts where one was given more than once. */
export type QueryText = Readonly<Record<string, unknown>>;

/** Reads one parameter. @throws BadRequestException with a sentence that names it. */
export type ParameterReader<T> = (text: string | undefined, name: string) => T;

/**
 * Reads the parameters of a URL, and refuses those that nobody reads: a misspelt one would answer another question than
 * was asked. By hand, because they are text until somebody reads them, which is more than to look whether they are good.
 *
 * @throws BadRequestException with a sentence.
 */
export function readQuery<T extends Readonly<Record<string, unknown>>>(
  query: QueryText,
  readers: { readonly [Name in keyof T]: ParameterReader<T[Name]> },
): T {
  const stranger = Object.keys(query).find((name) => !Object.hasOwn(readers, name));
  if (stranger !== undefined) throw invalidRequest(`There is no parameter ${JSON.stringify(stranger)}; remove it.`);
  const read = Object.entries<ParameterReader<unknown>>(readers).map(([name, reader]) => {
    const value = Object.hasOwn(query, name) ? query[name] : undefined;
    if (Array.isArray(value)) throw invalidRequest(`${name} must be given once.`);
    return [name, reader(typeof value === 'string' ? value : undefined, name)];
  });
  return Object.fromEntries(read) as T;
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number, fallback: number): ParameterReader<number> {
  return (text, name) => {
    if (text === undefined) return fallback;
    const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw invalidRequest(`${name} must be a whole number from ${least} to ${most}.`);
  };
}

/** One of `names`; the first where it is not given. */
export function oneOf<Name extends string>(names: readonly [Name, ...Name[]]): ParameterReader<Name> {
  return (text, name) => {
    const found = text === undefined ? names[0] : names.find((each) => each === text);
    if (found === undefined) throw invalidRequest(`${name} must be one of: ${names.join(', ')}.`);
    return found;
  };
}

/** Milliseconds since 1970. */
export const instant: ParameterReader<number | undefined> = (text, name) => {
  if (text === undefined) return undefined;
  const ms = readInstant(/^-?\d+$/.test(text) ? Number(text) : text);
  if (ms !== undefined) return ms;
  const isPlusLost = readInstant(text.replace(' ', '+')) !== undefined;
  const hint = isPlusLost ? ' Write the + of a time zone as %2B in a URL.' : '';
  throw invalidRequest(`${name} must be ${INSTANT_FORM}.${hint}`);
};

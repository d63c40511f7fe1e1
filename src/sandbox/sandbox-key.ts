/** What a key stands for. Every text that is none of the three below is a key of a paid plan. */
export type KeyKind = 'missing' | 'wrong' | 'spent' | 'free' | 'paid';

const NAMED_KEYS: ReadonlyMap<string, KeyKind> = new Map([
  ['wrong-key', 'wrong'],
  ['spent-key', 'spent'],
  ['free-key', 'free'],
]);

export function kindOfKey(key: string | undefined): KeyKind {
  if (key === undefined || key.trim() === '') return 'missing';
  return NAMED_KEYS.get(key) ?? 'paid';
}

export function isAcceptedKey(key: string | undefined): boolean {
  const kind = kindOfKey(key);
  return kind !== 'missing' && kind !== 'wrong';
}

/** A header as one text; Node joins what comes twice. */
export function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}

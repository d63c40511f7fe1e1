export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Only what the paths name, in the order of the body. Paths that lead nowhere are passed over. */
export function keepPaths(body: JsonObject, paths: readonly string[]): JsonObject {
  return mapFields(body, (name, value) => {
    if (paths.includes(name)) return value;
    const deeper = pathsBelow(name, paths);
    return deeper.length > 0 && isJsonObject(value) ? keepPaths(value, deeper) : undefined;
  });
}

/** All but what the paths name. */
export function dropPaths(body: JsonObject, paths: readonly string[]): JsonObject {
  if (paths.length === 0) return body;
  return mapFields(body, (name, value) => {
    if (paths.includes(name)) return undefined;
    return isJsonObject(value) ? dropPaths(value, pathsBelow(name, paths)) : value;
  });
}

/** A copy in which the value at each path is another. */
export function replacePaths(body: JsonObject, paths: readonly string[], replacement: unknown): JsonObject {
  return mapFields(body, (name, value) => {
    if (paths.includes(name)) return replacement;
    return isJsonObject(value) ? replacePaths(value, pathsBelow(name, paths), replacement) : value;
  });
}

export function listOf(text: string | null, separator: RegExp): string[] {
  return (text ?? '').split(separator).filter((part) => part !== '');
}

function mapFields(body: JsonObject, change: (name: string, value: unknown) => unknown): JsonObject {
  const fields = Object.entries(body).map(([name, value]) => [name, change(name, value)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

function pathsBelow(name: string, paths: readonly string[]): string[] {
  return paths.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
}

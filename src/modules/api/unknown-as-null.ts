/** JSON has no `undefined`: on the wire what is not known is `null`, so that it is seen and not merely absent. */
export function unknownAsNull(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? null]));
}

/** Bytes: room for the `{}` that some clients send along, and for nothing else. */
const EMPTY_OBJECT_BYTES = 2;

/** `@RouteConfig` of a route that a form without fields is posted to. Any other form is refused, there as everywhere. */
export const EMPTY_FORM = { takesEmptyForm: true, bodyLimit: EMPTY_OBJECT_BYTES } as const;

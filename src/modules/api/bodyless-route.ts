import { ADMITTED_BEFORE_BODY } from './admission-before-body.js';

/** Bytes: room for the `{}` that some clients send along, and for nothing else. */
const EMPTY_OBJECT_BYTES = 2;

/** `@RouteConfig` of a route that takes no body, of a method with which one may be sent. */
export const WITHOUT_BODY = { ...ADMITTED_BEFORE_BODY, bodyLimit: EMPTY_OBJECT_BYTES };

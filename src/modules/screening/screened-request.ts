import { NO_REQUEST_CONTEXT, type RequestContext } from '../policy/decide.js';

/** What a request says of itself, before anybody looks anything up. */
export interface ScreenedRequest extends Omit<RequestContext, 'travel'> {
  /** The request is about a user, and what names the user cannot be read. @default false */
  readonly isSubjectUnreadable?: boolean;
  /** The login that is recorded; its time is now, where there is none. */
  readonly login?: { readonly ts?: number | undefined; readonly eventId?: string | undefined } | undefined;
}

export const NO_SCREENED_REQUEST: ScreenedRequest = NO_REQUEST_CONTEXT;

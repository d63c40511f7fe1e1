import { isJsonObject } from './field-selection.js';

interface ForSomeRequests {
  /** Requests that meet the fault before it heals. @default every one */
  readonly times?: number;
}

/**
 * What can be wrong with a vendor. `delay` and those after it in the list work on the vendor's real answer, so what the
 * request does there is done; with the others it never gets as far.
 */
export type Fault = ForSomeRequests &
  (
    | { readonly kind: 'status'; readonly status: number }
    /** Takes the request and never answers. */
    | { readonly kind: 'hang' }
    /** Closes the connection before any byte. */
    | { readonly kind: 'refuse' }
    /** HTTP 200 with a page. */
    | { readonly kind: 'html' }
    /** HTTP 200 with no body. */
    | { readonly kind: 'empty' }
    /** JSON that is nothing but brackets. @default 100000 levels */
    | { readonly kind: 'deep'; readonly levels?: number }
    /** 302 to another path of the sandbox, which counts who follows. */
    | { readonly kind: 'redirect' }
    /** The vendor's own words for a plan that is used up. */
    | { readonly kind: 'quota' }
    /** The vendor's own words to a burst. @default 2 seconds */
    | { readonly kind: 'rate-limited'; readonly retryAfterSeconds?: number }
    | { readonly kind: 'delay'; readonly ms: number }
    /** The headers, then the body a few bytes at a time. @default 1 byte a second */
    | { readonly kind: 'drip'; readonly bytesPerSecond?: number }
    /** TCP RST in the middle of the body. */
    | { readonly kind: 'reset' }
    /** Half the body: less than its `Content-Length`, or with the length to match. @default 'transfer' */
    | { readonly kind: 'truncated'; readonly where?: 'transfer' | 'json' }
    /** Gzip, asked for or not, of that much white space before the JSON. @default 200 */
    | { readonly kind: 'gzip-bomb'; readonly megabytes?: number }
    /** The answer with that much padding in it. @default 10 */
    | { readonly kind: 'huge'; readonly megabytes?: number }
    /** Every value as text, every value in a list, or null for every object. @default 'text' */
    | { readonly kind: 'wrong-types'; readonly as?: 'text' | 'list' | 'null' }
    /** `1e999`, `-5`, `1000` and `"NaN"` by turns for every number. */
    | { readonly kind: 'nan' }
    /** `__proto__`, `constructor` and `then` in every object. */
    | { readonly kind: 'proto' }
    /** The right form about an address that was not asked for. Nothing changes where the answer names none. */
    | { readonly kind: 'other-address'; readonly address?: string }
  );

export type FaultKind = Fault['kind'];

type Rule =
  | { readonly from: number; readonly to: number; readonly isRequired?: true }
  | { readonly oneOf: readonly string[] }
  | 'text';

const RULES: Readonly<Record<FaultKind, Readonly<Record<string, Rule>>>> = {
  status: { status: { from: 200, to: 599, isRequired: true } },
  hang: {},
  refuse: {},
  html: {},
  empty: {},
  deep: { levels: { from: 1, to: 5_000_000 } },
  redirect: {},
  quota: {},
  'rate-limited': { retryAfterSeconds: { from: 0, to: 86_400 } },
  delay: { ms: { from: 0, to: 600_000, isRequired: true } },
  drip: { bytesPerSecond: { from: 1, to: 1_000_000 } },
  reset: {},
  truncated: { where: { oneOf: ['transfer', 'json'] } },
  'gzip-bomb': { megabytes: { from: 1, to: 4_096 } },
  huge: { megabytes: { from: 1, to: 256 } },
  'wrong-types': { as: { oneOf: ['text', 'list', 'null'] } },
  nan: {},
  proto: {},
  'other-address': { address: 'text' },
};

export const FAULT_KINDS = Object.keys(RULES) as readonly FaultKind[];

/** What is wrong with a fault, as a sentence; `undefined` for one that can be switched on. */
export function faultProblem(fault: unknown): string | undefined {
  if (!isJsonObject(fault)) return 'A fault is a JSON object such as {"kind": "hang"}.';
  const { kind, ...options } = fault;
  if (typeof kind !== 'string' || !Object.hasOwn(RULES, kind)) {
    return `"kind" must be one of ${FAULT_KINDS.join(', ')}.`;
  }
  const rules = { ...RULES[kind as FaultKind], times: { from: 1, to: 1_000_000 } };
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) return `"${kind}" has no option "${unknown}"; it has ${Object.keys(rules).join(', ')}.`;
  const problems = Object.entries(rules).map(([name, rule]) => optionProblem(name, options[name], rule));
  return problems.find((problem) => problem !== undefined);
}

function optionProblem(name: string, value: unknown, rule: Rule): string | undefined {
  if (rule === 'text') return value === undefined || typeof value === 'string' ? undefined : `"${name}" must be text.`;
  if ('oneOf' in rule) {
    const isKnown = value === undefined || rule.oneOf.some((choice) => choice === value);
    return isKnown ? undefined : `"${name}" must be one of ${rule.oneOf.join(', ')}.`;
  }
  if (value === undefined && rule.isRequired !== true) return undefined;
  const isInRange = Number.isInteger(value) && (value as number) >= rule.from && (value as number) <= rule.to;
  return isInRange ? undefined : `"${name}" must be a whole number from ${rule.from} to ${rule.to}.`;
}

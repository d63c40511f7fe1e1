import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { SCORECARDS } from '../scoring/scorecards.js';
import {
  ALERT_FROM,
  BLOCKABLE_FACTS,
  NEVER,
  ON_CHALLENGE,
  ON_DENIED_COUNTRY,
  ON_UNAVAILABLE,
  POLICY_MODES,
  type IpRiskPolicy,
  type PolicyMode,
} from './ip-risk-policy.js';
import { assertThresholds } from './thresholds.js';

/** The policies of a service or app, by name. */
export interface PolicySet {
  readonly policies: ReadonlyMap<string, IpRiskPolicy>;
  readonly defaultPolicy: IpRiskPolicy;
}

export const POLICY_SET = Symbol('IP_RISK:POLICIES');

/** The policies that come with the package. */
export const SHIPPED_POLICY_FILE = join(import.meta.dirname, '../../../config/policies.yaml');

/**
 * @param mode overrides every policy that does not set its own. @default 'live'
 * @throws InvalidConfigurationError naming the file, the policy and the field.
 */
export function readPolicyFile(path: string = SHIPPED_POLICY_FILE, mode: PolicyMode = 'live'): PolicySet {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InvalidConfigurationError(`The policy file ${path} cannot be read; check the path and its rights.`, {
      cause,
    });
  }
  return parsePolicies(text, path, mode);
}

export function parsePolicies(text: string, origin: string, mode: PolicyMode = 'live'): PolicySet {
  const document = recordOf(parseYaml(text, origin), origin);
  rejectUnknown(document, ['default', 'policies'], origin);
  const policies = new Map<string, IpRiskPolicy>();
  for (const [name, fields] of Object.entries(recordOf(document['policies'], `${origin}: policies`))) {
    policies.set(name, toPolicy(name, recordOf(fields, `${origin}: ${name}`), `${origin}: ${name}`, mode));
  }
  const chosen = document['default'];
  const defaultPolicy = typeof chosen === 'string' ? policies.get(chosen) : undefined;
  if (defaultPolicy === undefined) {
    throw new InvalidConfigurationError(`${origin}: "default" must name one of: ${[...policies.keys()].join(', ')}.`);
  }
  return { policies, defaultPolicy };
}

function parseYaml(text: string, origin: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new InvalidConfigurationError(`${origin} is not valid YAML; see the cause for the line.`, { cause });
  }
}

const FIELDS = [
  'scorecard',
  'thresholds',
  'onUnavailable',
  'takeStandIns',
  'onChallenge',
  'mode',
  'blockOn',
  'deniedCountries',
  'allowedCountries',
  'onDeniedCountry',
  'alertFrom',
  'alertOnNewCountry',
];

function toPolicy(name: string, fields: Record<string, unknown>, at: string, mode: PolicyMode): IpRiskPolicy {
  rejectUnknown(fields, FIELDS, at);
  const written = recordOf(fields['thresholds'], `${at}: thresholds`);
  rejectUnknown(written, ['monitor', 'challenge', 'block'], `${at}: thresholds`);
  const [monitor, challenge, block] = ['monitor', 'challenge', 'block'].map((key) =>
    written[key] === 'never' ? NEVER : written[key],
  );
  const thresholds = { monitor, challenge, block };
  assertThresholds(thresholds, at);
  return {
    name,
    scorecard: scorecardOf(fields['scorecard'] ?? 'unified', `${at}: scorecard`),
    thresholds,
    onUnavailable: oneOf(fields['onUnavailable'], ON_UNAVAILABLE, `${at}: onUnavailable`),
    takeStandIns: flagOf(fields['takeStandIns'], `${at}: takeStandIns`),
    onChallenge: oneOf(fields['onChallenge'] ?? 'annotate', ON_CHALLENGE, `${at}: onChallenge`),
    mode: oneOf(fields['mode'] ?? mode, POLICY_MODES, `${at}: mode`),
    blockOn: listOf(fields['blockOn'], `${at}: blockOn`).map((fact) =>
      oneOf(fact, Object.keys(BLOCKABLE_FACTS) as (keyof typeof BLOCKABLE_FACTS)[], `${at}: blockOn`),
    ),
    deniedCountries: countriesOf(fields['deniedCountries'], `${at}: deniedCountries`),
    allowedCountries: countriesOf(fields['allowedCountries'], `${at}: allowedCountries`),
    onDeniedCountry: oneOf(fields['onDeniedCountry'] ?? 'block', ON_DENIED_COUNTRY, `${at}: onDeniedCountry`),
    alertFrom: oneOf(fields['alertFrom'] ?? 'high', ALERT_FROM, `${at}: alertFrom`),
    alertOnNewCountry: flagOf(fields['alertOnNewCountry'], `${at}: alertOnNewCountry`) ?? false,
  };
}

/** A card of ours, or the id of a provider that scores; whether there is one is known once the providers are. */
function scorecardOf(value: unknown, at: string): string {
  if (typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value)) return value;
  throw new InvalidConfigurationError(
    `${at} must be one of ${Object.keys(SCORECARDS).join(', ')}, or a provider's id.`,
  );
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], at: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new InvalidConfigurationError(`${at} is ${JSON.stringify(value)}; it must be one of: ${allowed.join(', ')}.`);
  }
  return found;
}

function flagOf(value: unknown, at: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw new InvalidConfigurationError(`${at} is ${JSON.stringify(value)}; it must be true or false.`);
}

function countriesOf(value: unknown, at: string): string[] {
  return listOf(value, at).map((code) => {
    // YAML 1.1 readers take a bare NO (Norway) for false; say so instead of dropping a country.
    if (typeof code === 'string' && /^[A-Z]{2}$/.test(code)) return code;
    throw new InvalidConfigurationError(`${at} holds ${JSON.stringify(code)}; write two upper-case letters in quotes.`);
  });
}

function listOf(value: unknown, at: string): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new InvalidConfigurationError(`${at} must be a list.`);
}

function recordOf(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidConfigurationError(`${at} must be a mapping of names to values.`);
}

function rejectUnknown(fields: Record<string, unknown>, known: readonly string[], at: string): void {
  const stranger = Object.keys(fields).find((field) => !known.includes(field));
  if (stranger === undefined) return;
  throw new InvalidConfigurationError(`${at} has an unknown field "${stranger}"; known are: ${known.join(', ')}.`);
}

import { InvalidConfigurationError } from '../errors/ip-risk.error.js';

/** What the variables say about one vendor. */
export interface VendorSettings {
  readonly key: string;
  readonly baseUrl?: string;
  readonly timeoutMs?: number;
  readonly dailyBudget?: number;
}

/** How a vendor's variables are named. */
export interface VendorVariableNames {
  readonly name: string;
  readonly keyVariable: string;
  readonly variablePrefix: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The environment as far as vendors are concerned. Holds keys, so it shows nothing of itself. */
export class VendorVariables {
  readonly #variables: Variables;

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /**
   * The settings of a vendor that was chosen.
   *
   * @throws InvalidConfigurationError naming the variable that is missing, wrong or misspelt.
   */
  of({ name, keyVariable, variablePrefix }: VendorVariableNames): VendorSettings {
    const known = [keyVariable, ...['BASE_URL', 'TIMEOUT_MS', 'DAILY_BUDGET'].map((end) => `${variablePrefix}_${end}`)];
    this.#rejectUnknown(variablePrefix, known);
    const key = this.#text(keyVariable);
    if (key === undefined) {
      throw new InvalidConfigurationError(
        `${keyVariable} is not set, and IP_RISK_PROVIDERS names ${name}; set the key or remove the name.`,
      );
    }
    const baseUrl = this.#text(`${variablePrefix}_BASE_URL`);
    const timeoutMs = this.#number(`${variablePrefix}_TIMEOUT_MS`, 1, 60_000);
    const dailyBudget = this.#number(`${variablePrefix}_DAILY_BUDGET`, 0, 1_000_000_000);
    return {
      key,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(dailyBudget === undefined ? {} : { dailyBudget }),
    };
  }

  /** True when the vendor's key is set, chosen or not. */
  hasKey({ keyVariable }: VendorVariableNames): boolean {
    return this.#text(keyVariable) !== undefined;
  }

  #text(name: string): string | undefined {
    const text = this.#variables[name]?.trim();
    return text === '' ? undefined : text;
  }

  #number(name: string, least: number, most: number): number | undefined {
    const text = this.#text(name);
    if (text === undefined) return undefined;
    const number = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidConfigurationError(`${name} must be a whole number from ${least} to ${most}.`);
  }

  /** A misspelt budget would be one that is silently not there. */
  #rejectUnknown(prefix: string, known: readonly string[]): void {
    const stranger = Object.keys(this.#variables).find(
      (name) => name.startsWith(`${prefix}_`) && !known.includes(name),
    );
    if (stranger === undefined) return;
    throw new InvalidConfigurationError(
      `${stranger} is not a variable of this service; known are: ${known.join(', ')}.`,
    );
  }
}

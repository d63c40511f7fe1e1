import { InvalidConfigurationError } from '../../../common/errors/ip-risk.error.js';

const FORM =
  'must be a URL such as postgres://user:password@localhost:5432/database; special characters of a password are ' +
  'percent-encoded';

/** Where a Postgres is, with its password. Prints as nothing. */
export class DatabaseUrl {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /**
   * @param setting names it in errors.
   * @throws InvalidConfigurationError whose sentence holds no part of the text.
   */
  static parse(text: string, setting = 'DATABASE_URL'): DatabaseUrl {
    if (!/^postgres(?:ql)?:\/\//.test(text) || !isUrl(text)) {
      throw new InvalidConfigurationError(`${setting} ${FORM}.`);
    }
    return new DatabaseUrl(text);
  }

  reveal(): string {
    return this.#text;
  }
}

function isUrl(text: string): boolean {
  try {
    const { username, password, pathname } = new URL(text);
    // The client decodes them when it connects, and its complaint would hold them.
    [username, password, pathname].forEach(decodeURIComponent);
    return true;
  } catch {
    return false;
  }
}

import { Transform, Type } from 'class-transformer';
import { IsInt, Matches, Max, Min, ValidateBy, ValidateIf } from 'class-validator';
import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { RedisUrl } from '../redis/redis-url.js';

/** `a, b` to `['a', 'b']`; empty entries are dropped. */
export const CommaList = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((entry) => entry.trim())
          .filter((entry) => entry !== '')
      : value,
  );

export const Flag = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

/** A URL of one of the forms of {@link RedisUrl}, or nothing. */
export const IsRedisUrl = (): PropertyDecorator => (target, property) => {
  const setting = String(property);
  ValidateIf((_, value) => value !== '')(target, property);
  ValidateBy({
    name: 'redisUrl',
    validator: {
      validate: (value: unknown) => redisUrlProblem(value, setting) === undefined,
      defaultMessage: (details) => redisUrlProblem(details?.value, setting) ?? '',
    },
  })(target, property);
};

function redisUrlProblem(value: unknown, setting: string): string | undefined {
  try {
    RedisUrl.parse(String(value), setting);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidConfigurationError)) throw error;
    return error.message;
  }
}

/** A URL that a PostgreSQL client takes, or nothing. The message does not repeat it: it may hold a password. */
export const IsPostgresUrl = (): PropertyDecorator =>
  Matches(/^$|^postgres(ql)?:\/\/\S+$/, {
    message: 'DATABASE_URL must be a URL such as postgres://user@host:5432/name.',
  });

export const WholeNumber =
  (name: string, unit: string, least: number, most: number): PropertyDecorator =>
  (target, property) => {
    const message = `${name} must be a whole number of ${unit} from ${least} to ${most}.`;
    for (const decorate of [Type(() => Number), IsInt({ message }), Min(least, { message }), Max(most, { message })]) {
      decorate(target, property);
    }
  };

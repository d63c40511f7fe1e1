import type { ServiceApp } from './service-app.js';

/** A schema of config/openapi.yaml, as far as tests read it. */
export interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly maxItems?: number;
  readonly items?: Schema;
}

export interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
}

export interface Operation {
  readonly parameters?: readonly Parameter[];
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

/** config/openapi.yaml, as the service serves it. */
export class ApiDescription {
  private constructor(private readonly description: Description) {}

  static async of({ http }: ServiceApp): Promise<ApiDescription> {
    return new ApiDescription((await http.call('/docs-json')).json as Description);
  }

  /** `GET /health`, and so on. */
  routes(): string[] {
    return Object.entries(this.description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  schema(name: string): Schema {
    return this.description.components.schemas[name] ?? {};
  }

  /** Names of the parameters that an operation takes in its URL. */
  queryParameters(path: string): string[] {
    const { parameters = [] } = this.description.paths[path]?.['get'] ?? {};
    return parameters
      .map((parameter) => this.description.components.parameters[lastPart(parameter.$ref)] ?? parameter)
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => name);
  }

  /** Fields of the answer that the schema does not name, down to where it stops naming fields. */
  undescribed(answer: unknown, schema: string | Schema, at = 'answer'): string[] {
    const { properties, items } = this.resolved(typeof schema === 'string' ? this.schema(schema) : schema);
    if (Array.isArray(answer) && items !== undefined) {
      return answer.flatMap((each, index) => this.undescribed(each, items, `${at}[${index}]`));
    }
    if (properties === undefined || typeof answer !== 'object' || answer === null) return [];
    return Object.entries(answer).flatMap(([name, value]) => {
      const found = properties[name];
      return found === undefined ? [`${at}.${name}`] : this.undescribed(value, found, `${at}.${name}`);
    });
  }

  /** Fields that the schema names and the answer has not, down to where either stops. */
  missing(answer: unknown, schema: string | Schema, at = 'answer'): string[] {
    const { properties, items } = this.resolved(typeof schema === 'string' ? this.schema(schema) : schema);
    if (Array.isArray(answer) && items !== undefined) {
      return answer.flatMap((each, index) => this.missing(each, items, `${at}[${index}]`));
    }
    if (properties === undefined || typeof answer !== 'object' || answer === null) return [];
    return Object.entries(properties).flatMap(([name, found]) =>
      name in answer
        ? this.missing((answer as Readonly<Record<string, unknown>>)[name], found, `${at}.${name}`)
        : [`${at}.${name}`],
    );
  }

  private resolved(found: Schema): Schema {
    return found.$ref === undefined ? found : this.schema(lastPart(found.$ref));
  }
}

const lastPart = (reference = ''): string => reference.split('/').at(-1) ?? '';

/** One step of the schema. A step that was published is never changed; a change is the next step. */
export interface Migration {
  /** 1, 2, 3, …, without gaps. */
  readonly version: number;
  readonly name: string;
  /** Statements for PostgreSQL 15 and newer. @param schema stands before every name of ours. */
  readonly sql: (schema: string) => string;
}

import type { Expression } from "../expression.ts";
import type { JsonLayout } from "./json-text.ts";

/** What the parts of a schema need to be turned into texts. */
export interface SchemaTexts {
  readonly layout: JsonLayout;
  /** Returns the texts of the values of a schema at `path`, a JSON pointer. @throws InvalidOptionError */
  texts(schema: unknown, path: string): Expression;
  /** Defines a rule with a new name that begins with `name`; returns a use of it. */
  named(name: string, expression: Expression): Expression;
  anyString(): Expression;
  /** One character of a JSON string. */
  character(): Expression;
}

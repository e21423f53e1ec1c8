export { choices } from "./choices.ts";
export { compileConstraint, type CompileOptions, type ConstrainedModel } from "./compile-constraint.ts";
export type { CompiledConstraint, OutputStatus } from "./compiled-constraint.ts";
export type { Constraint } from "./constraint.ts";
export { forcedTokens } from "./forced-tokens.ts";
export { grammar } from "./grammar/grammar.ts";
export { jsonSchema, type JsonSchemaOptions, type StandardJsonSchema } from "./json-schema/json-schema.ts";
export { regex } from "./regular-expression/regex.ts";
export { withConstraint, type WithConstraintOptions } from "./with-constraint.ts";

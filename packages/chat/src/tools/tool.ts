/** A JSON Schema as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool that the model may call. */
export interface Tool {
  readonly name: string;
  /** What it does, for the model. */
  readonly description?: string | undefined;
  /** The JSON Schema of its arguments, an object. @defaultValue an object without members */
  readonly parameters?: JsonSchema | undefined;
}

/** The schema of the arguments of a tool. */
export function parametersOf({ parameters }: Tool): JsonSchema {
  return parameters ?? { type: "object", properties: {} };
}

/** A tool as chat templates expect it. */
export function templateTool(tool: Tool): object {
  const { name, description = "" } = tool;
  return { type: "function", function: { name, description, parameters: parametersOf(tool) } };
}

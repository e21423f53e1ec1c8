import type { Decoder, DecoderPlugin } from "@decodekit/core";
import { MODEL_ROLES } from "@decodekit/core/toolkit";
import { describePlugins, type PluginDescription, terminate } from "@decodekit/core/worker";
import * as v from "valibot";
import { texts } from "../texts/texts.ts";

/** Decoders from a module URL that the visitor entered, in their own worker. */
export interface ThirdPartyPlugin {
  readonly url: string;
  readonly worker: Worker;
  readonly plugins: readonly DecoderPlugin[];
  /** Terminates the worker at once. */
  readonly end: (problem: string) => void;
}

const MILLISECONDS_TO_ANSWER = 15_000;

const line = v.pipe(v.string(), v.maxLength(300));
const value = v.union([v.number(), v.boolean(), line]);
const optional = <Schema extends v.GenericSchema>(schema: Schema): v.OptionalSchema<Schema, undefined> => v.optional(schema, undefined);
const description = v.object({
  name: v.pipe(v.string(), v.regex(/^[a-z][a-z\d-]{0,40}$/, "must be a name in kebab-case")),
  title: line,
  description: line,
  requires: v.array(v.picklist(MODEL_ROLES)),
  options: v.record(
    v.pipe(v.string(), v.regex(/^[A-Za-z]\w{0,40}$/, "must be a name")),
    v.object({
      type: v.picklist(["number", "integer", "boolean", "string"]),
      help: line,
      default: optional(value),
      minimum: optional(v.number()),
      maximum: optional(v.number()),
      exclusiveMinimum: optional(v.boolean()),
      exclusiveMaximum: optional(v.boolean()),
      choices: optional(v.pipe(v.array(line), v.maxLength(50))),
      ineffectiveWith: optional(v.record(line, v.union([v.literal("any"), v.pipe(v.array(value), v.maxLength(50))]))),
    }),
  ),
  presets: v.pipe(v.array(v.record(line, value)), v.maxLength(20)),
});

const descriptions = v.pipe(v.array(description), v.minLength(1), v.maxLength(50));

/**
 * Imports a module in a new worker and reads the descriptions of its plugins.
 * @throws the errors of `describePlugins`, and an Error if the worker does not answer in time or a description is invalid.
 */
export async function importThirdParty(url: string): Promise<ThirdPartyPlugin> {
  const worker = new Worker(new URL("../workers/plugin-worker.ts", import.meta.url), { type: "module", name: "plugin" });
  const end = (message: string): void => void terminate(worker, { message, timeout: 0 });
  const timer = setTimeout(() => end(texts.errors.pluginSilent(MILLISECONDS_TO_ANSWER / 1000)), MILLISECONDS_TO_ANSWER);
  try {
    const described = v.safeParse(descriptions, await describePlugins(worker, url), { abortEarly: true });
    if (!described.success) throw new Error(texts.errors.pluginDescription(v.getDotPath(described.issues[0]) ?? "its default export"));
    return { url, worker, end, plugins: described.output.map(withoutCode) };
  } catch (error) {
    end("The plugin could not be used.");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Makes a plugin that can be described and configured; its decoder runs only in the worker. */
function withoutCode(described: PluginDescription): DecoderPlugin {
  const { name, requires } = described;
  const decode: Decoder["decode"] = () => {
    throw new Error(`${name} decodes only in its worker.`);
  };
  return { ...described, create: () => ({ name, requires, decode }) };
}

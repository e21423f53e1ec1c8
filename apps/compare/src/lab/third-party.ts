import type { Decoder, DecoderPlugin } from "@decodekit/core";
import { describePlugin, type PluginDescription, terminate } from "@decodekit/core/worker";
import * as v from "valibot";

/** A decoder that the visitor named by address, in a worker of its own. */
export interface ThirdPartyPlugin {
  readonly url: string;
  readonly worker: Worker;
  readonly plugin: DecoderPlugin;
  /** Ends its worker, whatever it is doing. */
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
  requires: v.array(v.picklist(["causal", "masked", "draft"])),
  options: v.record(
    v.pipe(v.string(), v.regex(/^[A-Za-z]\w{0,40}$/, "must be a name")),
    v.object({
      type: v.picklist(["number", "integer", "boolean", "string"]),
      help: line,
      default: optional(value),
      minimum: optional(v.number()),
      maximum: optional(v.number()),
      exclusiveMinimum: optional(v.boolean()),
      choices: optional(v.pipe(v.array(line), v.maxLength(50))),
    }),
  ),
  presets: v.pipe(v.array(v.record(line, value)), v.maxLength(20)),
});

/**
 * Imports a plugin in a new worker and asks what it is. @throws what `describePlugin` throws, or an Error when it gives no
 * answer in time or describes itself in a way that cannot be shown.
 */
export async function importThirdParty(url: string): Promise<ThirdPartyPlugin> {
  const worker = new Worker(new URL("../workers/plugin-worker.ts", import.meta.url), { type: "module", name: "plugin" });
  const end = (problem: string): void => void terminate(worker, { problem, timeout: 0 });
  const timer = setTimeout(() => end(`The plugin gave no answer for ${MILLISECONDS_TO_ANSWER / 1000} seconds.`), MILLISECONDS_TO_ANSWER);
  try {
    const described = v.safeParse(description, await describePlugin(worker, url), { abortEarly: true });
    if (!described.success) throw new Error(`${v.getDotPath(described.issues[0]) ?? "The plugin"}: ${described.issues[0].message}`);
    return { url, worker, end, plugin: withoutCode(described.output) };
  } catch (error) {
    end("The plugin could not be used.");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Enough of a plugin to make a form of it and to read its options: what decodes is in the worker. */
function withoutCode(described: PluginDescription): DecoderPlugin {
  const { name, requires } = described;
  const decode: Decoder["decode"] = () => {
    throw new Error(`${name} decodes in its worker.`);
  };
  return { ...described, create: () => ({ name, requires, decode }) };
}

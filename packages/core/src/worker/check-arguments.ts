import { InvalidOptionError } from "../errors.ts";
import { objectOption, type OptionDefinition, resolveOptions } from "../options.ts";
import { type Endpoint, isEndpoint } from "./endpoint.ts";
import type { PluginReference } from "./plugin-reference.ts";
import { uncloneableIn } from "./uncloneable.ts";

/** The called function and its argument or option, for messages. */
interface Place {
  readonly where: string;
  readonly option: string;
}

const HOW_TO_WRITE = 'the plugin\'s name in the worker and its options, such as { plugin: "greedy", options: {} }';

/** @throws InvalidOptionError if `value` is not a worker or port. */
export function checkWorker(where: string, value: unknown): asserts value is Endpoint {
  if (isEndpoint(value)) return;
  throw new InvalidOptionError({ where, option: "worker", expected: "a Worker or a MessagePort", actual: value });
}

/**
 * Checks a plugin reference, which may also have the members `more`.
 * @throws InvalidOptionError for anything else, with the expected form.
 */
export function checkReference(place: Place, value: unknown, more: Readonly<Record<string, OptionDefinition>> = {}): void {
  const { where, option } = place;
  const refuse = (problem: string): never => {
    throw new InvalidOptionError({ where, option, expected: `${HOW_TO_WRITE}${problem}`, actual: value });
  };
  if (typeof value !== "object" || value === null) return refuse("");
  if ("decode" in value) return refuse(": a Decoder is code, which cannot be sent to a worker");
  if ("create" in value) return refuse(": a DecoderPlugin is code, which cannot be sent to a worker");
  resolveOptions(`${where}: ${option}`, value, { plugin: SPECIFIER, name: NAME, options: OPTIONS, ...more });
  const { plugin, options = {} } = value as PluginReference;
  if (plugin === undefined) return refuse("");
  for (const [name, actual] of Object.entries(options)) {
    if (["number", "boolean", "string"].includes(typeof actual)) continue;
    const expected = "a number, a boolean or a string, since it is sent to the plugin in the worker";
    throw new InvalidOptionError({ where, option: `${option}.options.${name}`, expected, actual });
  }
}

const SPECIFIER = objectOption(
  'a module specifier, such as a name given to serve ("greedy"), or a URL',
  (value) => typeof value === "string" && value !== "",
);

const NAME = objectOption("the name of a plugin", (value) => typeof value === "string");

const OPTIONS = objectOption("an object", (value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** @throws InvalidOptionError if `value` is not a specifier of a plugin. */
export function checkSpecifier({ where, option }: Place, value: unknown): void {
  if (SPECIFIER.accepts(value)) return;
  throw new InvalidOptionError({ where, option, expected: SPECIFIER.expected, actual: value });
}

/** @throws InvalidOptionError for the first of `options` with a value that cannot be sent to a worker. */
export function checkTransferable(where: string, options: object): void {
  for (const [option, value] of Object.entries(options)) {
    const part = uncloneableIn(value, option);
    if (!part) continue;
    const expected = "data that can be sent to a worker (no function, no symbol)";
    throw new InvalidOptionError({ where, option: part.path, expected, actual: part.value });
  }
}

const ANYTHING = objectOption("anything", () => true);

/** Returns definitions of options whose values are checked elsewhere; only their names are checked. */
export function named<Name extends string>(names: Readonly<Record<Name, OptionDefinition | true>>): Record<Name, OptionDefinition> {
  const entries = Object.entries<OptionDefinition | true>(names).map(([name, option]) => [name, option === true ? ANYTHING : option]);
  return Object.fromEntries(entries) as Record<Name, OptionDefinition>;
}

export const SIGNAL: OptionDefinition = objectOption("an AbortSignal", (value) => value instanceof AbortSignal);
export const CALLBACK: OptionDefinition = objectOption("a function", (value) => typeof value === "function");
export const WORKER: OptionDefinition = objectOption("a Worker or a MessagePort", isEndpoint);

import { InvalidOptionError } from "../errors.ts";
import { checkOptions, type OptionCheck } from "../options.ts";
import { type Endpoint, isEndpoint } from "./endpoint.ts";
import type { PluginReference } from "./plugin-reference.ts";
import { uncloneableIn } from "./uncloneable.ts";

/** Where something is checked: the function that was called, and its argument or option. */
interface Place {
  readonly where: string;
  readonly option: string;
}

const HOW_TO_WRITE = 'the plugin\'s name in the worker and its options, such as { plugin: "greedy", options: {} }';

/** @throws InvalidOptionError when `value` is no worker or port. */
export function checkWorker(where: string, value: unknown): asserts value is Endpoint {
  if (isEndpoint(value)) return;
  throw new InvalidOptionError({ where, option: "worker", expected: "a Worker or a MessagePort", actual: value });
}

/**
 * Checks a plugin reference, which may have the members `more` beside its own.
 * @throws InvalidOptionError for anything else, with how to write it.
 */
export function checkReference(place: Place, value: unknown, more: Readonly<Record<string, OptionCheck>> = {}): void {
  const { where, option } = place;
  const refuse = (problem: string): never => {
    throw new InvalidOptionError({ where, option, expected: `${HOW_TO_WRITE}${problem}`, actual: value });
  };
  if (typeof value !== "object" || value === null) return refuse("");
  if ("decode" in value) return refuse(": a Decoder is code, which cannot be sent to a worker");
  if ("create" in value) return refuse(": a DecoderPlugin is code, which cannot be sent to a worker");
  checkOptions(`${where}: ${option}`, value, { plugin: SPECIFIER, options: OPTIONS, ...more });
  const { plugin, options = {} } = value as PluginReference;
  if (plugin === undefined) return refuse("");
  for (const [name, actual] of Object.entries(options)) {
    if (["number", "boolean", "string"].includes(typeof actual)) continue;
    const expected = "a number, a boolean or a string, since the plugin gets it in the worker";
    throw new InvalidOptionError({ where, option: `${option}.options.${name}`, expected, actual });
  }
}

const SPECIFIER: OptionCheck = {
  expected: 'a module specifier, such as "greedy" where serve was given that name, or a URL',
  accepts: (value) => typeof value === "string" && value !== "",
};

const OPTIONS: OptionCheck = {
  expected: "an object",
  accepts: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** @throws InvalidOptionError when `value` is no specifier of a plugin. */
export function checkSpecifier({ where, option }: Place, value: unknown): void {
  if (SPECIFIER.accepts(value)) return;
  throw new InvalidOptionError({ where, option, expected: SPECIFIER.expected, actual: value });
}

/** @throws InvalidOptionError for the first of `options` that holds something that cannot be sent to a worker. */
export function checkCrossing(where: string, options: object): void {
  for (const [option, value] of Object.entries(options)) {
    const part = uncloneableIn(value, option);
    if (!part) continue;
    const expected = "data that can be sent to a worker (no function, no symbol)";
    throw new InvalidOptionError({ where, option: part.path, expected, actual: part.value });
  }
}

const anything: OptionCheck = { expected: "anything", accepts: () => true };

/** Checks for options whose values are judged elsewhere: only their names count. */
export function named<Name extends string>(names: Readonly<Record<Name, OptionCheck | true>>): Record<Name, OptionCheck> {
  const entries = Object.entries<OptionCheck | true>(names).map(([name, check]) => [name, check === true ? anything : check]);
  return Object.fromEntries(entries) as Record<Name, OptionCheck>;
}

export const SIGNAL: OptionCheck = { expected: "an AbortSignal", accepts: (value) => value instanceof AbortSignal };
export const CALLBACK: OptionCheck = { expected: "a function", accepts: (value) => typeof value === "function" };
export const WORKER: OptionCheck = { expected: "a Worker or a MessagePort", accepts: isEndpoint };

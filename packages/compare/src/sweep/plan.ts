import { InvalidOptionError, objectOption, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { type Dtype, DTYPES } from "@decodekit/core/toolkit";

/** What a sweep runs: every decoder on every prompt with every seed. Plain data, as in a plan's file. */
export interface Plan {
  /** Letters, digits, "-" and "_". For people, and for the names of files. */
  readonly name: string;
  readonly model: PlannedModel;
  /** Decoders as `--decoder` names them; at least one, each once. */
  readonly decoders: readonly string[];
  /** At least one, each with an id of its own. */
  readonly prompts: readonly PlannedPrompt[];
  /** At least one, each once: integers in [0, 2^53). */
  readonly seeds: readonly number[];
  /** Maximum number of tokens per run, an integer >= 1. */
  readonly maxNewTokens: number;
  readonly execution: "native" | "wasm";
  /** Files or packages with decoders of one's own, as `--plugin`. */
  readonly plugins: readonly string[];
  /** A run that takes longer has failed. In seconds, > 0. */
  readonly maxSeconds: number;
  /** Runs whose times are compared, after all others. Null if there are none. */
  readonly timing: PlannedTiming | null;
}

/** The models of a plan. Each is a folder, a URL or a repository, as `--model`. */
export interface PlannedModel {
  /** @defaultValue the embedded story model */
  readonly source?: string | undefined;
  /** Data type of the weights, as `--dtype`. */
  readonly dtype?: Dtype | undefined;
  /** Path of the graph, as `--model-file`. */
  readonly modelFile?: string | undefined;
  /** @defaultValue the embedded draft model, beside the embedded story model */
  readonly draft?: string | undefined;
  readonly draftHead?: string | undefined;
  /** The engine that serves the model and its URL, as `--server`; `source` then has the tokenizer. */
  readonly server?: string | undefined;
  readonly servedModel?: string | undefined;
}

export interface PlannedPrompt {
  readonly id: string;
  readonly text: string;
}

export interface PlannedTiming {
  /** One of the plan's decoders: every other one is timed against it, on the same prompt with the same seed, one after another in one process. */
  readonly baseline: string;
  /** How often each pair runs, an integer >= 1. */
  readonly rounds: number;
}

/** A plan as people write it: prompts and seeds may be short, and what is left out has a default. */
export interface PlanInput extends Omit<Partial<Plan>, "name" | "model" | "prompts" | "seeds" | "decoders" | "timing"> {
  readonly name: string;
  /** A text is the model's source. @defaultValue the embedded story model */
  readonly model?: string | PlannedModel | undefined;
  readonly decoders: readonly string[];
  /** A text has the id "p" and its number, from 0. */
  readonly prompts: readonly (string | PlannedPrompt)[];
  /** A number n is the seeds 0 to n - 1. @defaultValue 1 */
  readonly seeds?: number | readonly number[] | undefined;
  /** Without `rounds`, 5. */
  readonly timing?: { readonly baseline: string; readonly rounds?: number | undefined } | null | undefined;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isList = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(accepts);
const isDistinct = (value: unknown): boolean => Array.isArray(value) && new Set(value).size === value.length;
const isSeed = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

const PLAN = {
  name: {
    ...objectOption('a name of letters, digits, "-" and "_"', (value) => typeof value === "string" && /^[\w-]{1,64}$/.test(value)),
    required: true,
  },
  model: objectOption("a model's source, or an object", (value) => isText(value) || isObject(value)),
  decoders: {
    ...objectOption("a list of at least one decoder, each once", (value) => isList(value, isText) && isDistinct(value)),
    required: true,
  },
  prompts: { ...objectOption("a list of at least one text or { id, text }", (value) => isList(value, isPrompt)), required: true },
  seeds: objectOption(
    "a number of seeds from 1, or a list of seeds, each once",
    (value) => (isSeed(value) && value !== 0) || (isList(value, isSeed) && isDistinct(value)),
  ),
  maxNewTokens: { type: "integer", minimum: 1, default: 128, help: "Maximum number of tokens per run" },
  execution: { type: "string", choices: ["native", "wasm"], default: "native", help: "Runtime of the model" },
  plugins: objectOption("a list of files or packages", (value) => Array.isArray(value) && value.every(isText)),
  maxSeconds: { type: "number", minimum: 0, exclusiveMinimum: true, default: 600, help: "Maximum time of a run" },
  timing: objectOption("an object { baseline, rounds }", (value) => value === null || isObject(value)),
} as const;

const MODEL = {
  source: objectOption("a folder, a URL or a repository", isText),
  dtype: { type: "string", choices: DTYPES, help: "Data type of the weights" },
  modelFile: objectOption("the path of a graph", isText),
  draft: objectOption("a folder, a URL or a repository", isText),
  draftHead: objectOption("a folder, a URL or a repository", isText),
  server: objectOption("an engine and its URL, such as llama-server=http://127.0.0.1:8080", isText),
  servedModel: objectOption("the name of a model at the server", isText),
} as const satisfies OptionDefinitions<PlannedModel>;

const TIMING = {
  baseline: { ...objectOption("one of the plan's decoders", isText), required: true },
  rounds: { type: "integer", minimum: 1, default: 5, help: "How often each pair runs" },
} as const satisfies OptionDefinitions<PlannedTiming>;

function isPrompt(value: unknown): boolean {
  if (typeof value === "string") return value !== "";
  const { id, text } = (value ?? {}) as Partial<PlannedPrompt>;
  return isText(id) && isText(text);
}

/** Checks a plan and fills in what it leaves out. @throws InvalidOptionError for a member that is unknown, missing or wrong. */
export function readPlan(value: unknown): Plan {
  const where = "plan";
  const input = resolveOptions<PlanInput, typeof PLAN>(where, value as PlanInput, PLAN);
  const { name, decoders, seeds = 1, maxNewTokens, execution, plugins = [], maxSeconds } = input;
  return {
    name,
    model: typeof input.model === "object" ? resolveOptions("plan.model", input.model, MODEL) : { source: input.model },
    decoders,
    prompts: promptsOf(input.prompts),
    seeds: typeof seeds === "number" ? Array.from({ length: seeds }, (_, seed) => seed) : seeds,
    maxNewTokens,
    execution,
    plugins,
    maxSeconds,
    timing: timingOf(input.timing, decoders),
  };
}

function promptsOf(given: PlanInput["prompts"]): readonly PlannedPrompt[] {
  const prompts = given.map((prompt, index) => (typeof prompt === "string" ? { id: `p${index}`, text: prompt } : prompt));
  const ids = new Set<string>();
  for (const { id } of prompts) {
    if (ids.has(id)) {
      throw new InvalidOptionError({ where: "plan", option: "prompts", expected: "prompts with an id of their own", actual: id });
    }
    ids.add(id);
  }
  return prompts.map(({ id, text }) => ({ id, text }));
}

function timingOf(timing: PlanInput["timing"], decoders: readonly string[]): PlannedTiming | null {
  if (!timing) return null;
  const where = "plan.timing";
  const resolved = resolveOptions<PlannedTiming, typeof TIMING>(where, timing as PlannedTiming, TIMING);
  if (decoders.includes(resolved.baseline)) return resolved;
  const expected = `one of the plan's decoders (${decoders.join("; ")})`;
  throw new InvalidOptionError({ where, option: "baseline", expected, actual: resolved.baseline });
}

import { InvalidOptionError, objectOption, type OptionDefinitions, resolveOptions } from "@decodekit/core";

/** What a sweep runs: every decoder on every prompt with every seed. Plain data, as in a plan's file. */
export interface Plan {
  /** Name of the plan, for people and for runs of a queue. */
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
  /** Files or packages with decoders of one's own. */
  readonly plugins: readonly string[];
  /** Pairs of runs whose times are compared. @defaultValue none: times are reported, and not compared */
  readonly timing?: PlannedTiming | undefined;
}

export interface PlannedModel {
  /** Folder, URL or repository, as `--model`; "stories" is the embedded one. */
  readonly source: string;
  /** Data type or path of the graph, as `--dtype` and `--model-file`. */
  readonly dtype?: string | undefined;
  readonly modelFile?: string | undefined;
  readonly draft?: string | undefined;
}

export interface PlannedPrompt {
  readonly id: string;
  readonly text: string;
}

export interface PlannedTiming {
  /** One of the plan's decoders: every other one is timed against it, with the same prompt and seed, in one job. */
  readonly baseline: string;
  /** Interleaved rounds of each pair, an integer >= 1. */
  readonly rounds: number;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isList = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(accepts);
const isDistinct = (value: unknown): boolean => Array.isArray(value) && new Set(value).size === value.length;
const isSeed = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const PLAN = {
  name: {
    ...objectOption("a name of letters, digits, - and _", (value) => typeof value === "string" && /^[\w-]+$/u.test(value)),
    required: true,
  },
  model: objectOption("the name of a model, or an object", (value) => isText(value) || (typeof value === "object" && value !== null)),
  decoders: {
    ...objectOption("an array of at least one decoder, each once", (value) => isList(value, isText) && isDistinct(value)),
    required: true,
  },
  prompts: { ...objectOption("an array of at least one text or { id, text }", (value) => isList(value, isPrompt)), required: true },
  seeds: objectOption(
    "a number of seeds, or an array of seeds, each once",
    (value) => (isSeed(value) && value !== 0) || (isList(value, isSeed) && isDistinct(value)),
  ),
  maxNewTokens: { type: "integer", minimum: 1, default: 128, help: "Maximum number of tokens per run" },
  execution: { type: "string", choices: ["native", "wasm"], help: "Runtime of the model" },
  plugins: objectOption("an array of files or packages", (value) => Array.isArray(value) && value.every(isText)),
  timing: objectOption("an object { baseline, rounds }", (value) => typeof value === "object" && value !== null),
} as const;

const MODEL = {
  source: { ...objectOption("the name of a model", isText), required: true },
  dtype: { type: "string", help: "Data type of the weights" },
  modelFile: { type: "string", help: "Path of the graph" },
  draft: { type: "string", help: "The draft model" },
} as const satisfies OptionDefinitions<PlannedModel>;

const TIMING = {
  baseline: { ...objectOption("one of the plan's decoders", isText), required: true },
  rounds: { type: "integer", minimum: 1, default: 5, help: "Interleaved rounds of each pair" },
} as const satisfies OptionDefinitions<PlannedTiming>;

function isPrompt(value: unknown): boolean {
  if (isText(value)) return true;
  const { id, text } = (value ?? {}) as Partial<PlannedPrompt>;
  return isText(id) && isText(text);
}

/** A plan as people write it: prompts and seeds may be short, and what is left out has a default. */
export interface PlanInput extends Omit<Partial<Plan>, "name" | "model" | "prompts" | "seeds" | "decoders"> {
  readonly name: string;
  /** @defaultValue the embedded story model */
  readonly model?: string | PlannedModel | undefined;
  readonly decoders: readonly string[];
  /** A text has the id "p" and its number, from 0. */
  readonly prompts: readonly (string | PlannedPrompt)[];
  /** A number n is the seeds 0 to n - 1. @defaultValue 1 */
  readonly seeds?: number | readonly number[] | undefined;
}

/** Checks a plan and fills in what it leaves out. @throws InvalidOptionError for a member that is unknown, missing or wrong. */
export function readPlan(value: unknown): Plan {
  const where = "plan";
  const input = resolveOptions<PlanInput, typeof PLAN>(where, value as PlanInput, PLAN);
  const model =
    typeof input.model === "object"
      ? resolveOptions<PlannedModel, typeof MODEL>("plan.model", input.model, MODEL)
      : { source: input.model ?? "stories" };
  const prompts = input.prompts.map((prompt, index) =>
    typeof prompt === "string" ? { id: `p${index}`, text: prompt } : { id: prompt.id, text: prompt.text },
  );
  const ids = prompts.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined)
    throw new InvalidOptionError({ where, option: "prompts", expected: "prompts with an id of their own", actual: twice });
  const timing = input.timing && resolveOptions<PlannedTiming, typeof TIMING>("plan.timing", input.timing, TIMING);
  if (timing && !input.decoders.includes(timing.baseline))
    throw new InvalidOptionError({
      where: "plan.timing",
      option: "baseline",
      expected: `one of ${input.decoders.join("; ")}`,
      actual: timing.baseline,
    });
  const { name, decoders, seeds = 1, maxNewTokens, execution = "native", plugins = [] } = input;
  return {
    name,
    model,
    decoders,
    prompts,
    seeds: typeof seeds === "number" ? Array.from({ length: seeds }, (_, seed) => seed) : seeds,
    maxNewTokens,
    execution,
    plugins,
    ...(timing && { timing }),
  };
}

import {
  autoregressive,
  type CausalModel,
  type Decoder,
  type DecoderPlugin,
  InvalidOptionError,
  MissingModelError,
  type PluginModel,
  type PluginOption,
  type PluginOptionValues,
  resolveOptions,
} from "@decodekit/core";
import {
  choices,
  compileConstraint,
  type CompiledConstraint,
  type Constraint,
  forcedTokens,
  grammar,
  jsonSchema,
  regex,
  withConstraint,
} from "@decodekit/constraints";
import { speculative } from "@decodekit/speculative";
import { topPSampler } from "@decodekit/top-p";

const where = "constrained";
const MAX_TEXT_LENGTH = 4000;
/** Tokens that are drafted at a time where the constraint leaves no choice. */
export const FORCED_DRAFT_LENGTH = 8;

const kinds = ["choices", "json-schema", "regex", "grammar"] as const;
type Kind = (typeof kinds)[number];

const DEFAULT_CHOICES = "happy\nsad\nangry";

interface Options {
  readonly kind?: Kind;
  readonly text?: string;
  readonly draftForced?: boolean;
  readonly temperature?: number;
  readonly p?: number;
}

const options = {
  kind: { type: "string", help: "How the constraint is written", default: "choices", choices: kinds },
  text: {
    type: "string",
    help: "The constraint: one choice per line, a JSON schema, a regular expression, or a grammar in the notation of llama.cpp",
    default: DEFAULT_CHOICES,
  },
  draftForced: { type: "boolean", help: "Whether tokens that the constraint leaves no choice about are drafted", default: true },
  temperature: { type: "number", help: "Flattens the distribution above 1, sharpens it below; 0 is greedy", default: 0, minimum: 0 },
  p: {
    type: "number",
    help: "Probability mass of the nucleus to sample from; 1 keeps every token",
    default: 1,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    ineffectiveWith: { temperature: [0] },
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

/** Plain decoding under a constraint, which is compiled for the model. */
export const constrainedPlugin: DecoderPlugin<"causal"> = {
  name: where,
  title: "Constrained",
  description: "Allows only tokens that keep the text within choices, a JSON schema, a regular expression or a grammar",
  requires: ["causal"],
  options,
  presets: [
    { kind: "choices", text: DEFAULT_CHOICES },
    {
      kind: "json-schema",
      text: '{ "type": "object", "properties": { "name": { "enum": ["Lily", "Tom"] }, "happy": { "type": "boolean" } }, "required": ["name", "happy"] }',
    },
    { kind: "regex", text: " (big|small),? (red|blue) [a-z]{3,8}\\." },
  ],
  create(given, model) {
    const { started = 0, ...described } = given;
    const { kind, text, draftForced, temperature, p } = resolveOptions<Options, typeof options>(where, described, options);
    const constraint = constraintOf(kind, text);
    const sampler = topPSampler({ temperature, p });
    const compiled = model && compile(model, constraint);
    const inner: Decoder<"causal"> =
      draftForced && compiled
        ? speculative({ drafter: forcedTokens(compiled), draftLength: FORCED_DRAFT_LENGTH, sampler })
        : autoregressive({ name: where, sampler });
    return {
      name: where,
      requires: ["causal"],
      capabilities: draftForced ? ["rewind"] : [],
      lossless: false,
      async *decode({ causal }, prompt, rest) {
        if (!compiled) throw new MissingModelError(where, "causal");
        yield* inner.decode({ causal: constrained(causal, compiled, prompt, Number(started)) }, prompt, rest);
      },
    };
  },
};

/**
 * Returns the options of a lane as its decoder is created with: the tokens that the lane starts with end the prompt of the decoder, but the
 * constraint applies to them too.
 */
export function withStart(plugin: Pick<DecoderPlugin, "name">, given: PluginOptionValues, start: number): PluginOptionValues {
  return plugin.name === where && start > 0 ? { ...given, started: start } : given;
}

/** Compiled constraints of the model of this worker, so that warming a lane up also warms its masks. */
const known = new WeakMap<PluginModel["tokenizer"], Map<string, CompiledConstraint>>();

function compile(model: PluginModel, constraint: Constraint): CompiledConstraint {
  const ofModel = known.get(model.tokenizer) ?? new Map<string, CompiledConstraint>();
  known.set(model.tokenizer, ofModel);
  let compiled = ofModel.get(constraint.grammar);
  if (!compiled) ofModel.set(constraint.grammar, (compiled = compileConstraint(model, constraint)));
  return compiled;
}

function constrained(causal: CausalModel, compiled: CompiledConstraint, prompt: Int32Array, started: number): CausalModel {
  const promptLength = Math.max(0, prompt.length - started);
  if (compiled.status(prompt.subarray(promptLength)) === "violated")
    throw new InvalidOptionError({ where, option: "the start of the text", expected: "one that the constraint allows", actual: "another" });
  return withConstraint(causal, compiled, { promptLength });
}

/** @throws InvalidOptionError for a text that is not a constraint of this kind. */
function constraintOf(kind: Kind, text: string): Constraint {
  if (text.trim() === "" || text.length > MAX_TEXT_LENGTH)
    throw new InvalidOptionError({ where, option: "text", expected: `between 1 and ${MAX_TEXT_LENGTH} characters`, actual: text.length });
  try {
    return read(kind, text);
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    const { option, expected, actual } = error;
    throw new InvalidOptionError({ where, option: "text", expected: `valid: ${option} must be ${expected}`, actual, cause: error });
  }
}

function read(kind: Kind, text: string): Constraint {
  switch (kind) {
    case "choices":
      return choices(linesOf(text).map((line) => ` ${line}`));
    case "json-schema":
      return jsonSchema(parseSchema(text));
    case "regex":
      return regex(text);
    case "grammar":
      return grammar(text);
    default:
      return kind satisfies never;
  }
}

/** Returns the choices of a text. Each continues the prompt, so that a space comes before it. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function parseSchema(text: string): Parameters<typeof jsonSchema>[0] {
  try {
    return JSON.parse(text) as Parameters<typeof jsonSchema>[0];
  } catch (error) {
    throw new InvalidOptionError({ where, option: "the schema", expected: "JSON", actual: text, cause: error });
  }
}

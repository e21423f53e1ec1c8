import { type DecoderPlugin, InvalidOptionError, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { ANSWER_TOKENS_OPTION, SCRATCH_TOKENS_OPTION, thinkFirst } from "./think-first.ts";

interface Options {
  readonly scratchTokens?: number;
  readonly answerTokens?: number;
  readonly separator?: string;
  readonly scratchTemperature?: number;
  readonly temperature?: number;
}

const options = {
  scratchTokens: SCRATCH_TOKENS_OPTION,
  answerTokens: ANSWER_TOKENS_OPTION,
  separator: {
    type: "string",
    help: "Ids of the tokens between scratch text and answer, with spaces between them",
    default: "",
  },
  scratchTemperature: { type: "number", help: "Temperature of the scratch text; 0 is greedy", default: 0, minimum: 0 },
  temperature: { type: "number", help: "Temperature of the answer; 0 is greedy", default: 0, minimum: 0 },
} as const satisfies OptionDefinitions<Options>;

export const thinkFirstPlugin: DecoderPlugin<"causal"> = {
  name: "think-first",
  title: "Think first",
  description: "Writes a scratch text within a budget of tokens, then a separator, then the answer",
  requires: ["causal"],
  options,
  // The separator depends on the model's tokens: comparisons without chosen options leave it out.
  presets: [],
  create(values) {
    const resolved = resolveOptions<Options, typeof options>("thinkFirst", values, options);
    return thinkFirst({
      scratchTokens: resolved.scratchTokens,
      answerTokens: resolved.answerTokens,
      separator: tokensIn(resolved.separator),
      scratchSampler: temperatureSampler(resolved.scratchTemperature),
      sampler: temperatureSampler(resolved.temperature),
    });
  },
};

/** Options from the command line are strings. */
function tokensIn(text: string): readonly number[] {
  const tokens = text.split(" ").filter((id) => id !== "");
  if (tokens.every((id) => /^\d+$/u.test(id))) return tokens.map(Number);
  const expected = "ids of tokens with spaces between them";
  throw new InvalidOptionError({ where: "thinkFirst", option: "separator", expected, actual: text });
}

import { type DecoderPlugin, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { bestOfN } from "./best-of-n.ts";
import { N_OPTION, samplerOptions } from "./sampling-options.ts";
import { lastTokens, selfConsistency, VOTING_TEMPERATURE, wholeOutput } from "./self-consistency.ts";

interface SamplerOptions {
  readonly n?: number;
  readonly temperature?: number;
  readonly p?: number;
}

const bestOfNOptions = { n: N_OPTION, ...samplerOptions(1) } as const satisfies OptionDefinitions<SamplerOptions>;

export const bestOfNPlugin: DecoderPlugin<"causal"> = {
  name: "best-of-n",
  title: "Best of n",
  description: "Draws several texts and returns the one with the highest mean log-probability",
  requires: ["causal"],
  options: bestOfNOptions,
  presets: [{ n: 5 }],
  create(values) {
    const { n, temperature, p } = resolveOptions<SamplerOptions, typeof bestOfNOptions>("bestOfN", values, bestOfNOptions);
    return bestOfN({ n, sampler: temperatureSampler(temperature, p) });
  },
};

interface VotingOptions extends SamplerOptions {
  readonly answerTokens?: number;
}

const votingOptions = {
  n: N_OPTION,
  ...samplerOptions(VOTING_TEMPERATURE),
  answerTokens: {
    type: "integer",
    help: "Number of tokens at the end of a text that are its answer; without it the whole text is",
    minimum: 1,
  },
} as const satisfies OptionDefinitions<VotingOptions>;

export const selfConsistencyPlugin: DecoderPlugin<"causal"> = {
  name: "self-consistency",
  title: "Self-consistency",
  description: "Draws several texts and returns one with the answer that most of them give",
  requires: ["causal"],
  options: votingOptions,
  // Free texts rarely agree: comparisons without chosen options leave it out.
  presets: [],
  create(values) {
    const { n, temperature, p, answerTokens } = resolveOptions<VotingOptions, typeof votingOptions>(
      "selfConsistency",
      values,
      votingOptions,
    );
    const answer = answerTokens === undefined ? wholeOutput : lastTokens(answerTokens);
    return selfConsistency({ n, sampler: temperatureSampler(temperature, p), answer });
  },
};

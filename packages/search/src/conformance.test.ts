import { testDecoder, testPlugin } from "@decodekit/conformance";
import type { Decoder } from "@decodekit/core";
import { topPSampler } from "@decodekit/top-p";
import { describe, test } from "vitest";
import { beamSearch } from "./beam/beam-search.ts";
import { contrastiveSearch } from "./contrastive/contrastive-search.ts";
import plugins from "./plugin.ts";
import { bestOfN } from "./samples/best-of-n.ts";
import { selfConsistency } from "./samples/self-consistency.ts";
import { thinkFirst } from "./stages/think-first.ts";

const decoders: readonly (readonly [string, () => Decoder<"causal">])[] = [
  ["beamSearch()", () => beamSearch()],
  ["beamSearch, 1 beam", () => beamSearch({ beams: 1 })],
  ["beamSearch, early stopping", () => beamSearch({ beams: 3, earlyStopping: true, lengthPenalty: 0 })],
  ["beamSearch, never stopping early", () => beamSearch({ beams: 3, earlyStopping: "never", lengthPenalty: 2 })],
  ["beamSearch, 2 groups", () => beamSearch({ beams: 4, groups: 2, diversityPenalty: 1 })],
  ["contrastiveSearch()", () => contrastiveSearch()],
  ["contrastiveSearch, 2 tokens", () => contrastiveSearch({ k: 2, alpha: 0.9 })],
  ["bestOfN()", () => bestOfN()],
  ["bestOfN with a score", () => bestOfN({ n: 3, sampler: topPSampler(), score: ({ tokens }) => tokens.length })],
  ["selfConsistency()", () => selfConsistency()],
  ["selfConsistency with an answer", () => selfConsistency({ n: 3, answer: (tokens) => (tokens.length > 2 ? `${tokens[0]}` : undefined) })],
  ["thinkFirst()", () => thinkFirst()],
  ["thinkFirst with samplers", () => thinkFirst({ scratchTokens: 3, scratchSampler: topPSampler(), sampler: topPSampler({ p: 0.5 }) })],
];

describe.each(decoders)("%s", (_, create) => {
  testDecoder(test, create);
});

describe.each(plugins.map((plugin) => [plugin.name, plugin] as const))("the plugin %s", (_, plugin) => {
  testPlugin(test, plugin);
});

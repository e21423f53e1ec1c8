import { checkOptions, type DecoderPlugin, numberBetween, type PluginOption } from "@decodekit/core";
import { arCritic } from "./hybrids/ar-critic.ts";
import { arThenRefine } from "./hybrids/ar-then-refine.ts";
import { confidenceCascade } from "./hybrids/confidence-cascade.ts";
import { judgedTree } from "./hybrids/judged-tree.ts";
import { temperatureSampler } from "./refine-options.ts";

const share = { type: "number", minimum: 0, maximum: 1 } as const;
const count = { type: "integer", minimum: 1 } as const;
const temperature: PluginOption = { type: "number", minimum: 0, help: "0 takes the likeliest tokens", default: 0 };

const criticPlugin: DecoderPlugin<"causal" | "masked"> = {
  name: "ar-critic",
  title: "Causal critic",
  description: "Fills a block at once, and fills anew what the causal stream finds unlikely",
  requires: ["causal", "masked"],
  options: {
    blockLength: { ...count, help: "Positions worked out together", default: 8 },
    rounds: { ...count, help: "Most times that a block is filled and judged", default: 3 },
    tolerance: { type: "number", minimum: 0, help: "Nats up to which a token is never taken back", default: 1 },
    steps: { ...count, help: "Passes of one fill", default: 1 },
    temperature,
  },
  presets: [{}],
  create: arCritic,
};

const thenRefinePlugin: DecoderPlugin<"causal" | "masked"> = {
  name: "ar-then-refine",
  title: "Draft, then refine",
  description: "Writes left to right, then works out the least likely tokens anew where that makes the text likelier",
  requires: ["causal", "masked"],
  options: {
    blockLength: { ...count, help: "Tokens written before they are revised", default: 16 },
    rounds: { ...count, help: "Most revisions of a block", default: 2 },
    share: { ...share, exclusiveMinimum: true, help: "Share of a block that a revision works out anew", default: 0.25 },
    steps: { ...count, help: "Passes of one revision", default: 1 },
    temperature,
  },
  presets: [{}],
  create: arThenRefine,
};

const cascadePlugin: DecoderPlugin<"causal" | "masked"> = {
  name: "confidence-cascade",
  title: "Confidence cascade",
  description: "Fills several positions at once where the model is confident, and goes left to right elsewhere",
  requires: ["causal", "masked"],
  options: {
    blockLength: { ...count, help: "Positions looked ahead", default: 8 },
    threshold: { ...share, help: "Confidence from which on several are filled at once", default: 0.9 },
    steps: { ...count, help: "Most passes over the canvas per token that is decided left to right", default: 1 },
    temperature,
  },
  presets: [{ threshold: 0.5 }],
  create: confidenceCascade,
};

const judgedTreePlugin: DecoderPlugin<"causal"> = {
  name: "judged-tree",
  title: "Judged tree",
  description: "Judges many continuations in one pass and takes the path with the most tokens for the least likelihood",
  requires: ["causal"],
  options: {
    worth: { type: "number", minimum: 0, help: "Nats that one token more per pass may cost; 0 gives the text said one by one", default: 1 },
    nodes: { ...count, help: "Candidates per pass", default: 32 },
    depth: { ...count, help: "Most tokens in a path", default: 16 },
    branches: { ...count, help: "Successors remembered of each token", default: 8 },
    temperature,
  },
  presets: [{ worth: 1 }],
  create({ temperature: drawnAt = 0, ...rest }) {
    checkOptions("judged-tree", { temperature: drawnAt }, { temperature: numberBetween(0, Infinity) });
    return judgedTree({ ...rest, ...(drawnAt !== 0 && { sampler: temperatureSampler(drawnAt as number) }) });
  },
};

/** The hybrids, for the command and the app. `denoiseDraft` is a drafter: who has a speculative decoder makes an entry of both. */
export const hybridPlugins: readonly DecoderPlugin[] = [criticPlugin, thenRefinePlugin, cascadePlugin, judgedTreePlugin];

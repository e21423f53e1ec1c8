// Stryker disable all: the kit detects these defects; nothing tests them here
import { autoregressive, type Decoder, greedySampler, type Sampler, softmax } from "@decodekit/core";
import { plainSampler } from "../lossless.ts";
import { negativeControls } from "../negative-controls.ts";
import type { Defects } from "./defect.ts";

const FOLLOWS_SAMPLER = "follows exactly the distribution of its sampler";

const claiming = (sampler: Sampler) => (): Decoder => ({ ...(autoregressive({ name: "claiming", sampler }) as Decoder), lossless: true });

const warm: Sampler = { ...plainSampler, name: "warm", distribution: (row) => softmax(row, 1.5) };

/** Decoders that wrongly claim to be lossless. */
export const losslessDefects: Defects = {
  "a claim to follow the model, but at another temperature": {
    create: claiming(warm),
    foundBy: FOLLOWS_SAMPLER,
    message: [
      'random, model 1: the output of up to 1 tokens differs from that of the sampler "plain"',
      "pass it to the test too: { sampler }",
    ],
  },
  "a claim to follow a sampler, but another one used": {
    create: claiming(warm),
    foundBy: FOLLOWS_SAMPLER,
    message: ['differs from that of the sampler "plain" by a total variation of', "most for"],
    options: { sampler: plainSampler },
  },
  "a claim to be greedy, but the second most likely token committed": {
    create: claiming({
      name: "second",
      distribution: (row) =>
        greedySampler.distribution(row.with(row.indexOf(Math.max(...row)), -Infinity), { tokens: new Int32Array(1), promptLength: 1 }),
      pick: (probabilities, random) => greedySampler.pick(probabilities, random),
    }),
    foundBy: FOLLOWS_SAMPLER,
    message: ['differs from that of the sampler "greedy" by a total variation of 1'],
  },
  "draws that cannot be enumerated": {
    create: claiming({
      ...plainSampler,
      pick: (probabilities, random) => (random.uniform() < 2 ? probabilities.findIndex((each) => each > 0) : 0),
    }),
    foundBy: FOLLOWS_SAMPLER,
    message: ["uniform() cannot be enumerated"],
  },
  "far more draws than tokens": {
    create: claiming({
      ...plainSampler,
      pick(probabilities, random) {
        for (let draw = 0; draw < 10; draw++) random.bernoulli(0.5);
        return random.categorical(probabilities);
      },
    }),
    foundBy: FOLLOWS_SAMPLER,
    message: [
      "random, model 1: outputs of 1 tokens take more than 500 branches to enumerate",
      "Draw less for each token, draft fewer tokens",
    ],
  },
  ...Object.fromEntries(
    negativeControls.map(({ name, create }) => [
      name,
      {
        create: () => ({ ...(create() as unknown as Decoder), lossless: true }),
        foundBy: FOLLOWS_SAMPLER,
        message: ["random, model 1: the output of up to", 'differs from that of the sampler "plain"'],
      },
    ]),
  ),
};

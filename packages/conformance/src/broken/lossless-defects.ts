// Stryker disable all: what the tests are about is found out by the kit, not here
import { autoregressive, type Decoder, greedySampler, type Sampler, softmax } from "@decodekit/core";
import { plainSampler } from "../lossless.ts";
import { negativeControls } from "../negative-controls.ts";
import type { Defects } from "./defect.ts";

const GIVES = "gives exactly the distribution of its sampler";

const claiming = (sampler: Sampler) => (): Decoder => ({ ...(autoregressive({ name: "claiming", sampler }) as Decoder), lossless: true });

const warm: Sampler = { ...plainSampler, name: "warm", distribution: (row) => softmax(row, 1.5) };

/** Claims, wrongly, to lose nothing. */
export const losslessDefects: Defects = {
  "a claim to follow the model, at another temperature": {
    create: claiming(warm),
    foundBy: GIVES,
    says: [
      'random, model 1: the output of up to 1 tokens differs from that of the sampler "plain"',
      "give it to the test too: { sampler }",
    ],
  },
  "a claim to follow a sampler, and another one followed": {
    create: claiming(warm),
    foundBy: GIVES,
    says: ['differs from that of the sampler "plain" by a total variation of', "most for"],
    options: { sampler: plainSampler },
  },
  "a claim to be greedy, and the second best token taken": {
    create: claiming({
      name: "second",
      distribution: (row) =>
        greedySampler.distribution(row.with(row.indexOf(Math.max(...row)), -Infinity), { tokens: new Int32Array(1), promptLength: 1 }),
      pick: (probabilities, random) => greedySampler.pick(probabilities, random),
    }),
    foundBy: GIVES,
    says: ['differs from that of the sampler "greedy" by a total variation of 1'],
  },
  "draws that cannot be enumerated": {
    create: claiming({
      ...plainSampler,
      pick: (probabilities, random) => (random.uniform() < 2 ? probabilities.findIndex((each) => each > 0) : 0),
    }),
    foundBy: GIVES,
    says: ["uniform() cannot be enumerated"],
  },
  "far more draws than tokens": {
    create: claiming({
      ...plainSampler,
      pick(probabilities, random) {
        for (let draw = 0; draw < 10; draw++) random.bernoulli(0.5);
        return random.categorical(probabilities);
      },
    }),
    foundBy: GIVES,
    says: ["random, model 1: outputs of 1 tokens take more than 500 branches to enumerate", "Draw less for each token, draft fewer tokens"],
  },
  ...Object.fromEntries(
    negativeControls.map(({ name, create }) => [
      name,
      {
        create: () => ({ ...(create() as unknown as Decoder), lossless: true }),
        foundBy: GIVES,
        says: ["random, model 1: the output of up to", 'differs from that of the sampler "plain"'],
      },
    ]),
  ),
};

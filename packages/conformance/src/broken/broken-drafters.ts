// Stryker disable all: the kit detects these defects; nothing tests them here
import type { Drafter, DraftContext } from "@decodekit/core";
import { asDraft, plainDrafter, simpleDrafter } from "./drafters.ts";

let drafts = 0;
const PROPOSES = "proposes tokens of the vocabulary";
const FOLLOWS = "drafts what certain models predict";
const CONFIDENCES = "gives its drafts the confidences";
const DRAWS = "draws every token from the probabilities";

/** Drafters with one defect each: the beginning of the name of the check that detects it, and parts of its message. */
export const brokenDrafters: Readonly<Record<string, readonly [create: () => Drafter, foundBy: string, message: readonly string[]]>> = {
  "too many tokens": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) => asDraft({ tokens: [...tokens, 1], probabilities: [...probabilities, probabilities[0]!] }),
      }),
    PROPOSES,
    ["the draft of round 0: 2 tokens, at most 1 were requested (request.max)"],
  ],
  "tokens out of range": [
    () => simpleDrafter({ change: ({ tokens, probabilities }) => asDraft({ tokens: tokens.map((token) => token + 4), probabilities }) }),
    PROPOSES,
    ["the draft of round 0: token", "at index 0 is not in [0, 4)"],
  ],
  "tokens in a plain array": [
    () => simpleDrafter({ change: ({ tokens, probabilities }) => ({ tokens: tokens as unknown as Int32Array, probabilities }) }),
    PROPOSES,
    ["the draft of round 0: the tokens are not an Int32Array"],
  ],
  "a row too few": [
    () => simpleDrafter({ change: ({ tokens, probabilities }) => asDraft({ tokens, probabilities: probabilities.slice(1) }) }),
    PROPOSES,
    ["the draft of round 0: 1 tokens with 0 rows of probabilities"],
  ],
  "rows that do not sum to 1": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) => asDraft({ tokens, probabilities: probabilities.map((row) => row.map((each) => each / 2)) }),
      }),
    PROPOSES,
    ["the draft of round 0: row 0 sums to 0.5"],
  ],
  "rows of another vocabulary": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) => asDraft({ tokens, probabilities: probabilities.map(() => Float64Array.of(0.5, 0.5)) }),
      }),
    PROPOSES,
    ["row 0 has 2 probabilities, the vocabulary 4 tokens"],
  ],
  "tokens that their rows exclude": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) =>
          asDraft({
            tokens,
            probabilities: probabilities.map((row, place) => row.map((_, token) => (token === (tokens[place]! + 1) % 4 ? 1 : 0))),
          }),
      }),
    PROPOSES,
    ["row 0 assigns probability 0 to the drawn token"],
  ],
  "a confidence above 1": [
    () => ({ ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1), confidences: Float64Array.of(1.5) })), confidences: "all" }),
    PROPOSES,
    ["the confidence at index 0 is 1.5, not in [0, 1]"],
  ],
  "too few confidences": [
    () => ({ ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1), confidences: new Float64Array(0) })), confidences: "all" }),
    PROPOSES,
    ["the draft of round 0: 1 tokens with 0 confidences"],
  ],
  "confidences that it does not declare": [
    () => plainDrafter("tokens", () => ({ tokens: Int32Array.of(1), confidences: Float64Array.of(1) })),
    CONFIDENCES,
    ["the draft of round 0: confidences, which the drafter does not declare"],
  ],
  "no confidences, though it declares them": [
    () => ({ ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1) })), confidences: "all" }),
    CONFIDENCES,
    ["the draft of round 0: 1 tokens without confidences"],
  ],
  "a draft without confidences where only others are wanted": [
    () => ({ ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1) })), confidences: "some" }),
    CONFIDENCES,
    ["the draft of round 0 with request.max 0: 1 tokens without confidences"],
  ],
  "more confident tokens than wanted": [
    () => ({
      ...plainDrafter("tokens", ({ max }) => ({
        tokens: new Int32Array(max === 0 ? 9 : 1),
        confidences: new Float64Array(max === 0 ? 9 : 1),
      })),
      confidences: "some",
    }),
    CONFIDENCES,
    ["with request.max 0: 9 tokens, at most 1 with confidences were requested"],
  ],
  "the mask token": [
    () => ({ ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(2) })), requires: ["masked"] }),
    PROPOSES,
    ["the token at index 0 is the mask token, 2"],
  ],
  "a tree without parents": [
    () => plainDrafter("tree", () => ({ tokens: Int32Array.of(1) })),
    PROPOSES,
    ["the draft of round 0: 1 tokens with 0 parents"],
  ],
  "a child before its parent": [
    () =>
      plainDrafter("tree", ({ max }) => ({
        tokens: new Int32Array(max),
        parents: Int32Array.from({ length: max }, (_, node) => (node + 1 < max ? node + 1 : -1)),
      })),
    PROPOSES,
    ["the draft of round 1: node 0 has the parent 1, which must be an earlier node, or -1"],
  ],
  "rows that it does not draw from": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) => asDraft({ tokens, probabilities: probabilities.map((row) => row.toReversed()) }),
      }),
    DRAWS,
    ["token 0 comes after the drafted tokens [] with probability", "its row declares"],
  ],
  "the likeliest token drawn from a flat row": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) =>
          asDraft({ tokens, probabilities: probabilities.map((row) => row.map(() => 1 / row.length)) }),
      }),
    DRAWS,
    ["its row declares 0.25"],
  ],
  "the last token dropped when it is unlikely": [
    () =>
      simpleDrafter({
        change({ tokens, probabilities }) {
          const end = probabilities.findIndex((row, place) => row[tokens[place]!]! < 0.4);
          return end < 0
            ? asDraft({ tokens, probabilities })
            : asDraft({ tokens: tokens.slice(0, end), probabilities: probabilities.slice(0, end) });
        },
      }),
    DRAWS,
    ["comes after the drafted tokens"],
  ],
  "rows that look at later draws": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) =>
          asDraft({ tokens, probabilities: probabilities.map((row, place) => (tokens[place + 1] === 0 ? row.toReversed() : row)) }),
      }),
    DRAWS,
    ["probabilities after the drafted tokens []"],
  ],
  "many draws for one token": [
    () =>
      plainDrafter("probabilities", ({ random }, { vocabSize }) => {
        for (let draw = 0; draw < 20; draw++) random.bernoulli(0.5);
        const row = new Float64Array(vocabSize).fill(1 / vocabSize);
        return asDraft({ tokens: [random.categorical(row)], probabilities: [row] });
      }),
    DRAWS,
    ["drafts of 1 token take more than 2000 branches to enumerate", "Draw no more than the token itself"],
  ],
  "different drafts each time": [
    () =>
      simpleDrafter({
        change: ({ tokens, probabilities }) =>
          asDraft({ tokens: tokens.slice(drafts++ % 2), probabilities: probabilities.slice(0, tokens.length) }),
      }),
    "proposes the same drafts again",
    ["from the same random source: a drafter"],
  ],
  "Math.random": [
    () => plainDrafter("tokens", () => ({ tokens: Int32Array.of(Math.random() < 2 ? 1 : 0) })),
    "draws from the request's random source only",
    ['calls: expected [], got ["Math.random"'],
  ],
  "observed tokens written to": [
    () => ({
      ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1) })),
      start: async () => ({ observe: ({ tokens }) => void (tokens[0] = 3), propose: async () => ({ tokens: new Int32Array(0) }) }),
    }),
    "does not write to the tokens that it receives",
    ["the tokens that it observed in round"],
  ],
  "the prompt written to": [
    () => ({
      ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1) })),
      start: async ({ prompt }) => {
        prompt[0] = 3;
        return { observe: () => undefined, propose: async () => ({ tokens: new Int32Array(0) }) };
      },
    }),
    "does not write to the tokens that it receives",
    ["the prompt"],
  ],
  "passes that are not reported": [
    () => ({
      ...simpleDrafter(),
      draftKind: "tokens",
      async start(context: DraftContext) {
        const model = await context.openSession("draft");
        return {
          observe: () => undefined,
          async propose() {
            await model.session.rewindTo(0);
            await model.session.forward(context.prompt);
            return { tokens: new Int32Array(0) };
          },
        };
      },
    }),
    "reports every pass",
    ["positions of the passes of the draft model, as reported by forward-end: expected [6,6"],
  ],
  "its own session left open": [
    () => ({
      ...plainDrafter("tokens", () => ({ tokens: Int32Array.of(1) })),
      requires: ["draft"],
      async start({ models }: DraftContext) {
        await models.draft.createSession();
        return { observe: () => undefined, propose: async () => ({ tokens: new Int32Array(0) }) };
      },
    }),
    "reports every pass",
    ["open sessions of the draft model; context.openSession disposes those that it opens: expected 0, got 1"],
  ],
  "only the last token read": [
    () => simpleDrafter({ read: (known) => known.slice(-1) }),
    FOLLOWS,
    ["round 1, after [", "Pass 0 of the draft model continued", "6 tokens are missing from position 0"],
  ],
  "only the prompt read": [() => simpleDrafter({ read: (_, { prompt }) => [...prompt] }), FOLLOWS, ["round 0, after [", "at index 0, got"]],
  "only one of the committed tokens remembered": [
    () => simpleDrafter({ observe: (tokens) => [...tokens.subarray(-1)] }),
    FOLLOWS,
    ["after [", "of the draft model continued", "missing"],
  ],
  "a token other than the model's": [
    () => simpleDrafter({ row: (row) => row.map((_, token) => row[(token + 1) % row.length]!) }),
    FOLLOWS,
    ["Its models were read correctly, but another token was drafted."],
  ],
  "nothing, ever": [
    () => ({ ...plainDrafter("tokens", () => ({ tokens: new Int32Array(0) })), requires: ["draft"] }),
    FOLLOWS,
    ["nothing was drafted in any round"],
  ],
};

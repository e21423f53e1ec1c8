// Stryker disable all: the kit detects these defects; nothing tests them here
import type { TokenTree } from "@decodekit/core/toolkit";
import type { Defect, Defects } from "./defect.ts";
import { asDecoder, good, withEvents, withOptions } from "./plain-decoder.ts";

/** Defects of a decoder's events, and of how it ends. */
export const eventDefects: Defects = {
  "no decode-start": {
    create: withEvents("decode-start", () => []),
    foundBy: "starts with decode-start",
    message: ["no new tokens", "first event"],
  },
  "decode-start twice": {
    create: withEvents("decode-start", (event) => [event, event]),
    foundBy: "starts with decode-start",
    message: ["number of decode-start events: expected 1, got 2"],
  },
  "a wrong prompt length": {
    create: withEvents("decode-start", (event) => [{ ...event, promptLength: 1 }]),
    foundBy: "starts with decode-start",
    message: ['first event: expected {"type":"decode-start","promptLength":3}'],
  },
  "no decode-end": { create: withEvents("decode-end", () => []), foundBy: "ends with decode-end", message: ["last event"] },
  "an event after the end": {
    create: withEvents("decode-end", (event) => [event, { type: "draft-verify", start: 40, drafted: 0, accepted: 0 }]),
    foundBy: "ends with decode-end",
    message: ['last event: expected "decode-end", got "draft-verify"'],
  },
  "positions without the prompt": {
    create: withEvents("tokens-commit", (event) => [{ ...event, start: event.start - 3 }]),
    foundBy: "commits from the end of the prompt on",
    message: ["start of a commit: expected 3, got 0"],
  },
  "empty commits": {
    create: withEvents("tokens-commit", (event) => [event, { ...event, start: event.start + 1, tokens: new Int32Array() }]),
    foundBy: "commits from the end of the prompt on",
    message: ["a commit holds no token"],
  },
  "a token outside the vocabulary": {
    create: withEvents("tokens-commit", (event) => [{ ...event, tokens: event.tokens.map((token) => token + 100) }]),
    foundBy: "commits from the end of the prompt on",
    message: ["a commit holds a token outside the vocabulary: 10"],
  },
  "too few log probabilities": {
    create: withEvents("tokens-commit", (event) => [{ ...event, logProbabilities: new Float32Array(0) }]),
    foundBy: "commits from the end of the prompt on",
    message: ["number of log probabilities: expected 1, got 0"],
  },
  "log probabilities above 0": {
    create: withEvents("tokens-commit", (event) => [{ ...event, logProbabilities: Float32Array.of(0.5) }]),
    foundBy: "commits from the end of the prompt on",
    message: ["a log probability is above 0"],
  },
  "one token too many": {
    create: withOptions((options) => ({ ...options, maxNewTokens: options.maxNewTokens + 1 })),
    foundBy: "commits at most maxNewTokens",
    message: ["a commit of 1 tokens at 3, where maxNewTokens 0 leaves room for 0"],
  },
  "one token too few": {
    create: withOptions((options) => ({ ...options, maxNewTokens: Math.max(0, options.maxNewTokens - 1) })),
    foundBy: "commits maxNewTokens tokens",
    message: ["number of tokens for maxNewTokens 1: expected 1, got 0"],
  },
  "the context not filled": {
    create: asDecoder((models, prompt, options) => good({ causal: { ...models.causal, contextLength: 31 } }, prompt, options)),
    foundBy: "fills the context",
    message: ["ContextLengthError"],
  },
  "the context filled up to one token": {
    create: asDecoder((models, prompt, options) =>
      good(models, prompt, { ...options, maxNewTokens: Math.min(options.maxNewTokens, Math.max(0, 31 - prompt.length)) }),
    ),
    foundBy: "fills the context",
    message: ["number of tokens with room for 1: expected 1, got 0"],
  },
  "stop tokens ignored": {
    create: withOptions((options) => ({ ...options, stopTokens: [] })),
    foundBy: "ends before a stop token",
    message: ["at index 0: expected []"],
  },
  "only the first stop token observed": {
    create: withOptions((options) => ({ ...options, stopTokens: options.stopTokens?.slice(0, 1) })),
    foundBy: "never commits a stop token",
    message: ["a stop token was committed"],
  },
  "stopped by a token in the prompt": {
    create: asDecoder((models, prompt, options) => {
      const stops = options.stopTokens?.some((token) => prompt.includes(token));
      return good(models, prompt, { ...options, maxNewTokens: stops ? 0 : options.maxNewTokens });
    }),
    foundBy: "ends at the first of several stop tokens",
    message: ["with stop tokens that only the prompt holds"],
  },
  "always the finish reason length": {
    create: withEvents("decode-end", () => [{ type: "decode-end", finishReason: "length" }]),
    foundBy: "ends before a stop token",
    message: ["finish reason with stop token", 'expected "stop", got "length"'],
  },
  "aborts ignored": {
    create: withOptions((options) => ({ ...options, signal: undefined })),
    foundBy: 'ends with "abort" when the signal is aborted during any pass',
    message: ['aborted during pass 0 of the causal model: finish reason: expected "abort"'],
  },
  "an abort before the start ignored": {
    create: withOptions((options) => ({ ...options, signal: options.signal?.aborted ? undefined : options.signal })),
    foundBy: 'ends with "abort" when the signal was aborted before it began',
    message: ['aborted before the start: finish reason: expected "abort"'],
  },
  "aborts thrown": {
    create: asDecoder(async function* (models, prompt, options) {
      for await (const event of good(models, prompt, options)) {
        options.signal?.throwIfAborted();
        yield event;
      }
    }),
    foundBy: 'ends with "abort" within one pass',
    message: ["aborted after event 0 (decode-start): the decode failed after 1 events with Error: enough"],
  },
  "a proposal over a committed position": {
    create: withEvents("tokens-commit", (event) => [event, { type: "tokens-propose", start: event.start, tokens: Int32Array.of(1) }]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["a proposal starts at 3, but everything before 4 is committed"],
  },
  "a withdrawal of committed positions": {
    create: withEvents("tokens-commit", (event) => [event, { type: "tokens-withdraw", start: event.start }]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["proposals were withdrawn from 3 on, but everything before 4 is committed"],
  },
  "more accepted than drafted": {
    create: withEvents("tokens-commit", (event) => [{ type: "draft-verify", start: event.start, drafted: 1, accepted: 2 }, event]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["2 of 1 draft tokens were accepted"],
  },
  "a draft verified after it was committed": {
    create: withEvents("tokens-commit", (event) => [event, { type: "draft-verify", start: event.start, drafted: 1, accepted: 1 }]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["a draft was verified at 3, but everything before 4 is committed"],
  },
  "proposed probabilities out of range": {
    create: withEvents("tokens-commit", (event) => [
      { type: "tokens-propose", start: event.start, tokens: event.tokens, probabilities: Float32Array.of(1.5) },
      event,
    ]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["a probability of a proposal is not in [0, 1]"],
  },
  "a tree without all parents": {
    create: withTree({ tokens: Int32Array.of(1, 2), parents: Int32Array.of(-1) }, [1, 2]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["number of parents of a proposal's tree: expected 2, got 1"],
  },
  "a tree whose node comes before its parent": {
    create: withTree({ tokens: Int32Array.of(1, 2), parents: Int32Array.of(1, -1) }, [2, 1]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["node 0 of a proposal's tree has the parent 1, which is no earlier node"],
  },
  "a tree with a token outside the vocabulary": {
    create: withTree({ tokens: Int32Array.of(1, 100), parents: Int32Array.of(-1, -1) }, [1]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["a proposal's tree holds a token outside the vocabulary: 1, 100"],
  },
  "another chain than the tree's first": {
    create: withTree({ tokens: Int32Array.of(1, 2, 3), parents: Int32Array.of(-1, 0, 0) }, [1, 3]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["tokens of a proposal with a tree, whose first chain they are: expected [1,2], got [1,3]"],
  },
  "accepted tokens outside the tree": {
    create: withEvents("tokens-commit", (event) => [
      {
        type: "tokens-propose",
        start: event.start,
        tokens: event.tokens.map((token) => token ^ 1),
        tree: { tokens: event.tokens.map((token) => token ^ 1), parents: Int32Array.of(-1) },
      },
      { type: "draft-verify", start: event.start, drafted: 1, accepted: 1 },
      event,
    ]),
    foundBy: "proposes, withdraws and verifies drafts",
    message: ["are not a path of the proposal's tree"],
  },
};

function withTree(tree: TokenTree, tokens: readonly number[]): Defect["create"] {
  return withEvents("tokens-commit", (event) => [
    { type: "tokens-propose", start: event.start, tokens: Int32Array.from(tokens), tree },
    event,
  ]);
}

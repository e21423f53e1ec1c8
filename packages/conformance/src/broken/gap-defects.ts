// Stryker disable all: the kit detects these defects; nothing tests them here
import type { Decoder } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";
import { empty, filling, FOLLOWS, likeliest } from "./masked-decoder.ts";

/** A decoder with both streams; `show` returns the tokens on the canvas before the masks. */
const twoStreams = (show: (pending: Int32Array) => Int32Array) => (): Decoder =>
  running(["causal", "masked"], async function* (context) {
    const causal = await context.openSession("causal");
    const masked = await context.openMaskedSession("masked", causal.session);
    let input = context.tokens;
    for (;;) {
      yield* causal.forward(input, "decode");
      const shown = show(new Int32Array(0));
      const rows = yield* masked.predict(Int32Array.of(...shown, ...empty(1)), "refine");
      input = Int32Array.of(likeliest(rows.row(shown.length)));
      const finishReason = yield* context.commit(input);
      if (finishReason) return finishReason;
    }
  });

export const goodTwoStreams: () => Decoder = twoStreams((pending) => pending);

/** A decoder that fills a gap of `length` tokens. */
const gap = (length: number, change: (block: Int32Array) => Int32Array) => (): Decoder =>
  running(["masked"], async function* (context) {
    const session = await context.openMaskedSession("masked");
    yield* session.commit(context.tokens, "prefill");
    const logits = yield* session.predict(empty(length), "refine");
    const block = Int32Array.from({ length }, (_, place) => likeliest(logits.row(place)));
    return (yield* context.commit(change(block))) ?? "length";
  });

export const goodGap: () => Decoder = gap(4, (block) => block);

/** Defects of decoders that fill a gap, and of decoders with both streams. */
export const gapDefects: Defects = {
  "a block beyond the context": {
    create: filling({ canvas: (length, tokens) => empty(tokens.length > 20 ? length + 3 : length) }),
    foundBy: "fills the context",
    message: ["room for 1 tokens: the decode failed", "ContextLengthError"],
  },
  "a gap not filled to its length": {
    create: gap(4, (block) => block.subarray(0, 3)),
    foundBy: "commits maxNewTokens tokens, or its fixed length",
    message: ["number of tokens for maxNewTokens 7: expected 4, got 3"],
    options: { fixedLength: { output: 4 } },
  },
  "a gap shortened when there is no room": {
    create: () =>
      running(["masked"], async function* (context) {
        const session = await context.openMaskedSession("masked");
        yield* session.commit(context.tokens, "prefill");
        const length = Math.min(4, context.models.masked.contextLength - context.tokens.length);
        const logits = yield* session.predict(empty(length), "refine");
        return (yield* context.commit(Int32Array.from({ length }, (_, place) => likeliest(logits.row(place))))) ?? "length";
      }),
    foundBy: "refuses a prompt that leaves no room for its fixed length",
    message: ["a prompt of 29 tokens, 4 positions after it and a context of 32: expected an error, but it succeeded"],
    options: { fixedLength: { output: 4 } },
  },
  "a wrong token at a position that was not given": {
    create: gap(4, (block) => block.map((token, place) => (place === 3 ? 1 + (token % 9) : token))),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[3] (position 4)", "another row was used"],
    options: { fixedLength: { output: 4, givenIndices: [0] } },
  },
  "a canvas without the token that the causal stream has not read yet": {
    create: () =>
      running(["causal", "masked"], async function* (context) {
        const causal = await context.openSession("causal");
        const masked = await context.openMaskedSession("masked", causal.session);
        if (context.tokens.length > 1) yield* causal.forward(context.tokens.slice(0, -1), "prefill");
        for (;;) {
          const token = Int32Array.of(likeliest((yield* masked.predict(empty(1), "refine")).row(0)));
          const last = context.tokens.slice(-1);
          const finishReason = yield* context.commit(token);
          if (finishReason) return finishReason;
          yield* causal.forward(last, "decode");
        }
      }),
    foundBy: FOLLOWS,
    message: ["of the masked model", "is masked"],
  },
};

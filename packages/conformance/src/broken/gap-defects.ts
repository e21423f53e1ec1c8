// Stryker disable all: what the tests are about is found out by the kit, not here
import type { Decoder } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";
import { empty, filling, FOLLOWS, likeliest } from "./masked-decoder.ts";

/** Both streams; `show` is what stands on the canvas before the masks. */
const twoStreams = (show: (pending: Int32Array) => Int32Array) => (): Decoder =>
  running(["causal", "masked"], async function* (run) {
    const causal = await run.openSession("causal");
    const masked = await run.openMaskedSession("masked", causal.session);
    let input = run.tokens;
    for (;;) {
      yield* causal.forward(input, "decode");
      const shown = show(new Int32Array(0));
      const rows = yield* masked.predict(Int32Array.of(...shown, ...empty(1)), "refine");
      input = Int32Array.of(likeliest(rows.row(shown.length)));
      const finishReason = yield* run.commit(input);
      if (finishReason) return finishReason;
    }
  });

export const goodTwoStreams: () => Decoder = twoStreams((pending) => pending);

/** Fills a gap of `length` and no more. */
const gap = (length: number, give: (block: Int32Array) => Int32Array) => (): Decoder =>
  running(["masked"], async function* (run) {
    const session = await run.openMaskedSession("masked");
    yield* session.commit(run.tokens, "prefill");
    const logits = yield* session.predict(empty(length), "refine");
    const block = Int32Array.from({ length }, (_, place) => likeliest(logits.row(place)));
    return (yield* run.commit(give(block))) ?? "length";
  });

export const goodGap: () => Decoder = gap(4, (block) => block);

/** Defects of decoders that fill a gap, and of those with both streams. */
export const gapDefects: Defects = {
  "a block too far for the context": {
    create: filling({ canvas: (length, tokens) => empty(tokens.length > 20 ? length + 3 : length) }),
    foundBy: "fills the context",
    says: ["room for 1 tokens: the decode failed", "ContextLengthError"],
  },
  "a gap filled short of its length": {
    create: gap(4, (block) => block.subarray(0, 3)),
    foundBy: "commits maxNewTokens tokens, or its fixed length",
    says: ["number of tokens for maxNewTokens 7: expected 4, got 3"],
    options: { fixedLength: { output: 4 } },
  },
  "a gap cut where there is no room": {
    create: () =>
      running(["masked"], async function* (run) {
        const session = await run.openMaskedSession("masked");
        yield* session.commit(run.tokens, "prefill");
        const length = Math.min(4, run.models.masked.contextLength - run.tokens.length);
        const logits = yield* session.predict(empty(length), "refine");
        return (yield* run.commit(Int32Array.from({ length }, (_, place) => likeliest(logits.row(place))))) ?? "length";
      }),
    foundBy: "refuses a prompt that leaves no room for its fixed length",
    says: ["a prompt of 29 tokens, 4 positions after it and a context of 32: expected an error, but it ended well"],
    options: { fixedLength: { output: 4 } },
  },
  "a token that was not given filled wrongly": {
    create: gap(4, (block) => block.map((token, place) => (place === 3 ? 1 + (token % 9) : token))),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 3 of the output (position 4)", "another row was taken"],
    options: { fixedLength: { output: 4, given: [0] } },
  },
  "a canvas without the token that the causal stream has not read": {
    create: () =>
      running(["causal", "masked"], async function* (run) {
        const causal = await run.openSession("causal");
        const masked = await run.openMaskedSession("masked", causal.session);
        if (run.tokens.length > 1) yield* causal.forward(run.tokens.slice(0, -1), "prefill");
        for (;;) {
          const token = Int32Array.of(likeliest((yield* masked.predict(empty(1), "refine")).row(0)));
          const last = run.tokens.slice(-1);
          const finishReason = yield* run.commit(token);
          if (finishReason) return finishReason;
          yield* causal.forward(last, "decode");
        }
      }),
    foundBy: FOLLOWS,
    says: ["of the masked model", "is masked"],
  },
};

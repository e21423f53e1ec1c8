// Stryker disable all: the kit detects these defects; nothing tests them here
import { argmax, type Decoder, type DecodeEvent, type FinishReason, type Logits } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";

const COMMITS = "commits from the end of the prompt on";

/** A decoder that yields its events and applies its limits without `defineDecoder`. */
function byHand(perPass: number, cut: (tokens: number[], room: number) => number[]): Decoder {
  return {
    name: "by hand",
    requires: ["causal"],
    async *decode({ causal }, prompt, { maxNewTokens }): AsyncGenerator<DecodeEvent, void, void> {
      yield { type: "decode-start", promptLength: prompt.length };
      const session = await causal.createSession();
      const limit = Math.min(prompt.length + maxNewTokens, causal.contextLength);
      let input = prompt;
      for (let length = prompt.length; length < limit;) {
        const logits = await session.forward(input);
        yield { type: "forward-end", model: "causal", phase: "decode", positions: input.length, milliseconds: 0 };
        const token = argmax(logits.row(0));
        input = Int32Array.from(
          cut(
            Array.from({ length: perPass }, () => token),
            limit - length,
          ),
        );
        yield { type: "tokens-commit", start: length, tokens: input };
        length += input.length;
      }
      await session.dispose();
      yield { type: "decode-end", finishReason: "length" };
    },
  };
}

/** Defects of decoders written with `defineDecoder` or without it. */
export const runDefects: Defects = {
  "`yield*` forgotten before commit, its result ignored": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        for (let input = context.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode")).row(0)));
          context.commit(input);
        }
      }),
    foundBy: COMMITS,
    message: [
      "one new token: the decode failed",
      "ContextLengthError",
      "No token was committed in 30 passes",
      "commits nothing without `yield*`",
    ],
  },
  "`yield*` forgotten before commit, its result returned": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        for (let input = context.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode")).row(0)));
          const finishReason = context.commit(input) as unknown as FinishReason | undefined;
          if (finishReason) return finishReason;
        }
      }),
    foundBy: COMMITS,
    message: [
      "one new token: the decode failed after 2 events",
      "the finish reason is a generator",
      "write `yield* context.commit(tokens)`",
    ],
  },
  "`yield` instead of `yield*` before commit": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        const token = Int32Array.of(argmax((yield* target.forward(context.tokens, "prefill")).row(0)));
        yield context.commit(token) as unknown as DecodeEvent;
        return "length";
      }),
    foundBy: COMMITS,
    message: ["event 2 is a generator: write `yield*` instead of `yield`"],
  },
  "`yield*` forgotten before a pass": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        const logits = target.forward(context.tokens, "prefill") as unknown as Logits;
        return (yield* context.commit(Int32Array.of(argmax(logits.row(0))))) ?? "length";
      }),
    foundBy: COMMITS,
    message: ["TypeError", "No pass was run before it", "without `yield*` no pass runs"],
  },
  "the finish reason of commit ignored": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        for (let input = context.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode")).row(0)));
          yield* context.commit(input);
        }
      }),
    foundBy: "fills the context of the model",
    message: [
      "room for 1 tokens: the decode failed",
      "All 1 tokens that fit were committed, but the decoder continued",
      "Return the finish reason",
    ],
  },
  "more tokens drafted than fit": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        let last = argmax((yield* target.forward(context.tokens, "prefill")).row(0));
        for (;;) {
          const finishReason = yield* context.commit(Int32Array.of(last));
          if (finishReason) return finishReason;
          const logits = yield* target.forward(Int32Array.of(last, 1, 1, 1), "verify", "all");
          last = argmax(logits.row(0));
          await target.session.rewindTo(context.tokens.length);
        }
      }),
    foundBy: "fills the context of the model",
    message: [
      "room for 5 tokens: the decode failed",
      "3 of 5 tokens were committed; a pass read more tokens than fit",
      "`context.remaining`",
    ],
  },
  "a commit of two tokens with room for one": {
    create: () => byHand(2, (tokens) => tokens),
    foundBy: "commits at most maxNewTokens",
    message: ["one new token: a commit of 2 tokens at 3, where maxNewTokens 1 leaves room for 1", "context.commit cuts such a commit"],
  },
  "a commit of more tokens than were read": {
    create: () => {
      const decoder = byHand(2, (tokens, room) => tokens.slice(0, room));
      return decoder;
    },
    foundBy: "follows models that are certain",
    message: ["a prompt of 1 tokens: output[1] (position 2)"],
  },
  "no end": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        for (;;) {
          yield* target.forward(context.tokens, "decode");
          await target.session.rewindTo(0);
        }
      }),
    foundBy: COMMITS,
    message: [
      "one new token: the decode failed after 1000 events with Error: no end after 1000 events",
      "No token was committed in 999 passes",
    ],
  },
  "the certain token forbidden": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        for (let input = context.tokens; ;) {
          const row = (yield* target.forward(input, "decode")).row(0).slice();
          row.fill(-Infinity, 5);
          input = Int32Array.of(argmax(row));
          const finishReason = yield* context.commit(input);
          if (finishReason) return finishReason;
        }
      }),
    foundBy: "follows models that are certain",
    message: ["LogitsError", "The model allows only one token, and the decoder forbids it"],
  },
};

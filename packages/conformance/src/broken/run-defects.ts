// Stryker disable all: what the tests are about is found out by the kit, not here
import { argmax, type Decoder, type DecodeEvent, type FinishReason, type Logits } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";

const COMMITS = "commits from the end of the prompt on";

/** One token per pass, by hand: events and limits are the decoder's own. */
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

/** Defects of how an author uses `runDecode` or does without. */
export const runDefects: Defects = {
  "`yield*` forgotten before commit, its result not looked at": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        for (let input = run.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode")).row(0)));
          run.commit(input);
        }
      }),
    foundBy: COMMITS,
    says: [
      "one new token: the decode failed",
      "ContextLengthError",
      "No token was committed in 30 passes",
      "commits nothing without `yield*`",
    ],
  },
  "`yield*` forgotten before commit, its result returned": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        for (let input = run.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode")).row(0)));
          const finishReason = run.commit(input) as unknown as FinishReason | undefined;
          if (finishReason) return finishReason;
        }
      }),
    foundBy: COMMITS,
    says: ["one new token: the decode failed after 2 events", "the finish reason is a generator", "write `yield* run.commit(tokens)`"],
  },
  "`yield` in place of `yield*` before commit": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        const token = Int32Array.of(argmax((yield* target.forward(run.tokens, "prefill")).row(0)));
        yield run.commit(token) as unknown as DecodeEvent;
        return "length";
      }),
    foundBy: COMMITS,
    says: ["event 2 is a generator: write `yield*` in place of `yield`"],
  },
  "`yield*` forgotten before a pass": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        const logits = target.forward(run.tokens, "prefill") as unknown as Logits;
        return (yield* run.commit(Int32Array.of(argmax(logits.row(0))))) ?? "length";
      }),
    foundBy: COMMITS,
    says: ["TypeError", "No pass was run before it", "without `yield*` there are none"],
  },
  "the finish reason of commit ignored": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        for (let input = run.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode")).row(0)));
          yield* run.commit(input);
        }
      }),
    foundBy: "fills the context of the model",
    says: ["room for 1 tokens: the decode failed", "All 1 tokens that had room were committed, and it went on", "Return the finish reason"],
  },
  "more drafted than can come": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        let last = argmax((yield* target.forward(run.tokens, "prefill")).row(0));
        for (;;) {
          const finishReason = yield* run.commit(Int32Array.of(last));
          if (finishReason) return finishReason;
          const logits = yield* target.forward(Int32Array.of(last, 1, 1, 1), "verify", "all");
          last = argmax(logits.row(0));
          await target.session.rewindTo(run.tokens.length);
        }
      }),
    foundBy: "fills the context of the model",
    says: ["room for 5 tokens: the decode failed", "3 of 5 tokens were committed; a pass read more than can come", "`run.remaining`"],
  },
  "a commit of two tokens where one had room": {
    create: () => byHand(2, (tokens) => tokens),
    foundBy: "commits at most maxNewTokens",
    says: ["one new token: a commit of 2 tokens at 3, where maxNewTokens 1 leaves room for 1", "run.commit cuts such a commit"],
  },
  "a commit of more tokens than were read": {
    create: () => {
      const decoder = byHand(2, (tokens, room) => tokens.slice(0, room));
      return decoder;
    },
    foundBy: "follows models that are certain",
    says: ["a prompt of 1 tokens: place 1 of the output (position 2)"],
  },
  "no end": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        for (;;) {
          yield* target.forward(run.tokens, "decode");
          await target.session.rewindTo(0);
        }
      }),
    foundBy: COMMITS,
    says: [
      "one new token: the decode failed after 1000 events with Error: no end after 1000 events",
      "No token was committed in 999 passes",
    ],
  },
  "the token that the model is certain of forbidden": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        for (let input = run.tokens; ;) {
          const row = (yield* target.forward(input, "decode")).row(0).slice();
          row.fill(-Infinity, 5);
          input = Int32Array.of(argmax(row));
          const finishReason = yield* run.commit(input);
          if (finishReason) return finishReason;
        }
      }),
    foundBy: "follows models that are certain",
    says: ["LogitsError", "The model allows one token only, and the decoder has forbidden it"],
  },
};

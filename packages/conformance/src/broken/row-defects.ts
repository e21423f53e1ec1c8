// Stryker disable all: the kit detects these defects; nothing tests them here
import { argmax, type Decoder, type DecodeContext, type Logits, type Session, softmax, type TokenId } from "@decodekit/core";
import { undecorated } from "@decodekit/core/toolkit";
import { type Defects, running } from "./defect.ts";

const FOLLOWS = "follows models that are certain";
const ACCEPTS = "has every draft accepted";

/** A decoder whose draft model guesses one token; `read` returns the tokens that its next pass reads. */
const drafting =
  (read: (session: Session, context: DecodeContext<"causal" | "draft">) => Promise<Int32Array> | Int32Array) => (): Decoder =>
    running(["causal", "draft"], async function* (context) {
      const target = await context.openSession("causal");
      const draft = await context.openSession("draft");
      let input = context.tokens;
      for (let draftInput = context.tokens; ; draftInput = await read(draft.session, context)) {
        const start = context.tokens.length;
        const guess = argmax((yield* draft.forward(draftInput, "draft")).row(0));
        const token = argmax((yield* target.forward(input, "verify")).row(0));
        yield { type: "draft-verify", start, drafted: 1, accepted: guess === token ? 1 : 0 };
        input = Int32Array.of(token);
        const finishReason = yield* context.commit(input);
        if (finishReason) return finishReason;
      }
    });

/** A decoder that uses logits after the session's next pass. */
const keeping = (choose: (logits: Logits, before: Logits | undefined) => TokenId) => (): Decoder =>
  running(["causal"], async function* (context) {
    const target = await context.openSession("causal");
    let before: Logits | undefined;
    let logits = yield* target.forward(context.tokens, "prefill");
    for (;;) {
      const token = Int32Array.of(choose(logits, before));
      before = logits;
      const finishReason = yield* context.commit(token);
      if (finishReason) return finishReason;
      logits = yield* target.forward(token, "decode");
    }
  });

/** Returns the index of the largest value, as often written: comparisons with NaN are false. */
function naiveArgmax(row: Float32Array): TokenId {
  let best = 0;
  for (let token = 1; token < row.length; token++) if (row[token]! > row[best]!) best = token;
  return best;
}

let held: Float32Array | undefined;
const heldRow = (choose: (row: Float32Array) => TokenId): Decoder =>
  running(["causal"], async function* (context) {
    const target = await context.openSession("causal");
    held = (yield* target.forward(context.tokens, "prefill")).row(0);
    for (;;) {
      const token = Int32Array.of(argmax(held));
      const finishReason = yield* context.commit(token);
      if (finishReason) return finishReason;
      const row: Float32Array = (yield* target.forward(token, "decode")).row(0);
      yield* target.forward(token, "decode");
      const second = Int32Array.of(choose(row));
      await target.session.rewindTo(context.tokens.length);
      const end = yield* context.commit(second);
      if (end) return end;
      held = (yield* target.forward(second, "decode")).row(0).slice();
    }
  });

/** Rows that are used too late or confused, and draft models that hold something other than the sequence. */
export const rowDefects: Defects = {
  "a row of the previous pass, read from its logits": {
    create: keeping((logits, before) => argmax((before ?? logits).row(0))),
    foundBy: FOLLOWS,
    message: ["A row of logits was read after its session's next pass, when it is no longer valid", "row.slice()"],
  },
  "a row of the previous pass, kept": {
    create: () => heldRow(argmax),
    foundBy: FOLLOWS,
    message: [
      "LogitsError",
      "The kit's models never return such a row: the decoder or a processor made it, or a row was kept past its session's next pass",
      "row.slice()",
    ],
  },
  "a row of the previous pass, kept and not checked": {
    create: () => heldRow(naiveArgmax),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[1] (position 2)", "got 0", "a row was used after its session's next pass, when it is NaN"],
  },
  "the part of a row taken for all of it": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        const reads = { top: 2, temperature: 1 };
        let logits = yield* target.forward(context.tokens, "prefill", "last", reads);
        for (;;) {
          const { tokens, logits: kept } = logits.part?.(0) ?? { tokens: Int32Array.from(logits.row(0).keys()), logits: logits.row(0) };
          const token = Int32Array.of(tokens[context.random.fork(context.tokens.length).categorical(softmax(kept))]!);
          const finishReason = yield* context.commit(token);
          if (finishReason) return finishReason;
          logits = yield* target.forward(token, "decode", "last", reads);
        }
      }),
    foundBy: "commits the same tokens where its models return",
    message: ["parts of rows"],
  },
  "a row that was read in part": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        for (let input = context.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode", "last", { top: 1 })).row(0)));
          const finishReason = yield* context.commit(input);
          if (finishReason) return finishReason;
        }
      }),
    foundBy: "commits the same tokens where its models return",
    message: ["parts of rows", "await readRow(index) first"],
  },
  "the rows of a pass confused": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        let logits = yield* target.forward(context.tokens, "prefill", "all");
        for (;;) {
          const token = Int32Array.of(argmax(logits.row(0)));
          const finishReason = yield* context.commit(token);
          if (finishReason) return finishReason;
          logits = yield* target.forward(token, "decode");
        }
      }),
    foundBy: FOLLOWS,
    message: ["a prompt of 2 tokens: output[0]", "Every pass continued the committed tokens", "another row was used"],
  },
  "the session below the model's decorations": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        const inner = undecorated(target.session);
        const { signal } = context;
        for (let input = context.tokens; ;) {
          const started = performance.now();
          const logits = await inner.forward(input, { signal });
          const milliseconds = performance.now() - started;
          yield { type: "forward-end", model: "causal", phase: "decode", positions: input.length, milliseconds };
          input = Int32Array.of(argmax(logits.row(0)));
          const finishReason = yield* context.commit(input);
          if (finishReason) return finishReason;
        }
      }),
    foundBy: "follows the rows that a causal model's sessions return",
    message: ["a prompt of 1 tokens: output[0]", "another row was used"],
  },
  "a draft model that never reads the committed tokens": {
    create: drafting((session, context) => (session.length > 0 ? context.tokens.slice(-2, -1) : context.tokens)),
    foundBy: ACCEPTS,
    message: ["a prompt of 1 tokens: 0 of 1 draft tokens at 2 were accepted", "Pass 1 of the draft model continued"],
  },
  "a draft model whose cache is emptied": {
    create: drafting(async (session, context) => {
      await session.rewindTo(0);
      return context.tokens.slice(-1);
    }),
    foundBy: ACCEPTS,
    message: ["0 of 1 draft tokens at 2 were accepted", "Pass 1 of the draft model", "1 token is missing from position 0"],
  },
  "a draft model that drafts nothing": {
    create: () =>
      running(["causal", "draft"], async function* (context) {
        const target = await context.openSession("causal");
        for (let input = context.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode")).row(0)));
          const finishReason = yield* context.commit(input);
          if (finishReason) return finishReason;
        }
      }),
    foundBy: ACCEPTS,
    message: ["no draft was verified", "followsDraft: false"],
  },
};

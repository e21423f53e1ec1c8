// Stryker disable all: what the tests are about is found out by the kit, not here
import { argmax, type Decoder, type DecodeRun, type Logits, type Session, type TokenId } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";

const FOLLOWS = "follows models that are certain";
const ACCEPTS = "has every draft accepted";

/** The draft model guesses one token; `read` is what its next pass reads. */
const drafting = (read: (session: Session, run: DecodeRun<"causal" | "draft">) => Promise<Int32Array> | Int32Array) => (): Decoder =>
  running(["causal", "draft"], async function* (run) {
    const target = await run.openSession("causal");
    const draft = await run.openSession("draft");
    let input = run.tokens;
    for (let draftInput = run.tokens; ; draftInput = await read(draft.session, run)) {
      const start = run.tokens.length;
      const guess = argmax((yield* draft.forward(draftInput, "draft")).row(0));
      const token = argmax((yield* target.forward(input, "verify")).row(0));
      yield { type: "draft-verify", start, drafted: 1, accepted: guess === token ? 1 : 0 };
      input = Int32Array.of(token);
      const finishReason = yield* run.commit(input);
      if (finishReason) return finishReason;
    }
  });

/** Keeps something of one pass beyond the next. */
const keeping = (choose: (logits: Logits, before: Logits | undefined) => TokenId) => (): Decoder =>
  running(["causal"], async function* (run) {
    const target = await run.openSession("causal");
    let before: Logits | undefined;
    let logits = yield* target.forward(run.tokens, "prefill");
    for (;;) {
      const token = Int32Array.of(choose(logits, before));
      before = logits;
      const finishReason = yield* run.commit(token);
      if (finishReason) return finishReason;
      logits = yield* target.forward(token, "decode");
    }
  });

/** The index of the largest value, as it is often written: NaN is larger than nothing. */
function naiveArgmax(row: Float32Array): TokenId {
  let best = 0;
  for (let token = 1; token < row.length; token++) if (row[token]! > row[best]!) best = token;
  return best;
}

let held: Float32Array | undefined;
const heldRow = (choose: (row: Float32Array) => TokenId): Decoder =>
  running(["causal"], async function* (run) {
    const target = await run.openSession("causal");
    held = (yield* target.forward(run.tokens, "prefill")).row(0);
    for (;;) {
      const token = Int32Array.of(argmax(held));
      const finishReason = yield* run.commit(token);
      if (finishReason) return finishReason;
      const row: Float32Array = (yield* target.forward(token, "decode")).row(0);
      yield* target.forward(token, "decode");
      const second = Int32Array.of(choose(row));
      await target.session.rewindTo(run.tokens.length);
      const end = yield* run.commit(second);
      if (end) return end;
      held = (yield* target.forward(second, "decode")).row(0).slice();
    }
  });

/** Rows that were kept too long or confused, and draft models that hold something else than the sequence. */
export const rowDefects: Defects = {
  "a row of the pass before, by its logits": {
    create: keeping((logits, before) => argmax((before ?? logits).row(0))),
    foundBy: FOLLOWS,
    says: ["A row of logits was read after its session's next pass, when it is no longer valid", "row.slice()"],
  },
  "a row of the pass before, kept": {
    create: () => heldRow(argmax),
    foundBy: FOLLOWS,
    says: [
      "LogitsError",
      "The kit's models never give such a row.",
      "A row of logits was read after its session's next pass",
      "row.slice()",
    ],
  },
  "a row of the pass before, kept and not checked": {
    create: () => heldRow(naiveArgmax),
    foundBy: FOLLOWS,
    says: [
      "a prompt of 1 tokens: place 1 of the output (position 2)",
      "got 0",
      "one that was kept beyond its session's next pass, when it is NaN",
    ],
  },
  "the rows of a pass confused": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        let logits = yield* target.forward(run.tokens, "prefill", "all");
        for (;;) {
          const token = Int32Array.of(argmax(logits.row(0)));
          const finishReason = yield* run.commit(token);
          if (finishReason) return finishReason;
          logits = yield* target.forward(token, "decode");
        }
      }),
    foundBy: FOLLOWS,
    says: ["a prompt of 2 tokens: place 0", "Every pass went on from the committed tokens", "another row was taken"],
  },
  "a draft model that is never told what was committed": {
    create: drafting((session, run) => (session.length > 0 ? run.tokens.slice(-2, -1) : run.tokens)),
    foundBy: ACCEPTS,
    says: ["a prompt of 1 tokens: 0 of 1 draft tokens at 2 stood", "Pass 1 of the draft model went on from"],
  },
  "a draft model whose cache is emptied": {
    create: drafting(async (session, run) => {
      await session.rewindTo(0);
      return run.tokens.slice(-1);
    }),
    foundBy: ACCEPTS,
    says: ["0 of 1 draft tokens at 2 stood", "Pass 1 of the draft model", "1 token from position 0 on is missing"],
  },
  "a draft model that drafts nothing": {
    create: () =>
      running(["causal", "draft"], async function* (run) {
        const target = await run.openSession("causal");
        for (let input = run.tokens; ;) {
          input = Int32Array.of(argmax((yield* target.forward(input, "decode")).row(0)));
          const finishReason = yield* run.commit(input);
          if (finishReason) return finishReason;
        }
      }),
    foundBy: ACCEPTS,
    says: ["no draft was verified", "followsDraft: false"],
  },
};

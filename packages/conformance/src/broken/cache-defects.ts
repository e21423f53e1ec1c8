// Stryker disable all: what the tests are about is found out by the kit, not here
import { argmax, type Decoder, type DecodeRun, type Logits, type ReportingSession, type Session, type TokenId } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";

const FOLLOWS = "follows models that are certain";
const ACCEPTS = "has every draft accepted";

interface Steps {
  /** What the first pass reads. */
  readonly prefill?: (prompt: Int32Array) => Int32Array;
  /** What each later pass reads, after something was done to the session. */
  readonly next?: (session: Session, tokens: Int32Array) => Promise<Int32Array> | Int32Array;
}

/** One token per pass. */
const greedily =
  ({ prefill = (prompt) => prompt, next = (_, tokens) => tokens.slice(-1) }: Steps) =>
  (): Decoder =>
    running(["causal"], async function* (run) {
      const target = await run.openSession("causal");
      let logits = yield* target.forward(prefill(run.tokens), "prefill");
      for (;;) {
        const finishReason = yield* run.commit(Int32Array.of(argmax(logits.row(0))));
        if (finishReason) return finishReason;
        logits = yield* target.forward(await next(target.session, run.tokens), "decode");
      }
    });

type Guess = (run: DecodeRun<"causal">) => TokenId[];
type Settle = (session: Session, length: number, accepted: number) => Promise<void>;

/** Two guessed tokens per pass; `settle` is to leave `length` + `accepted` tokens in the cache. */
const guessing =
  (settle: Settle, guess: Guess = () => [1, 2]) =>
  (): Decoder =>
    running(["causal"], async function* (run) {
      const target = await run.openSession("causal");
      let last = argmax((yield* target.forward(run.tokens, "prefill")).row(0));
      for (;;) {
        const finishReason = yield* run.commit(Int32Array.of(last));
        if (finishReason) return finishReason;
        const drafted = guess(run).slice(0, run.remaining - 1);
        const logits = yield* target.forward(Int32Array.of(last, ...drafted), "verify", "all");
        let accepted = 0;
        while (accepted < drafted.length && argmax(logits.row(accepted)) === drafted[accepted]) accepted++;
        last = argmax(logits.row(accepted));
        await settle(target.session, run.tokens.length, accepted);
        if (accepted > 0) {
          const early = yield* run.commit(Int32Array.from(drafted.slice(0, accepted)));
          if (early) return early;
        }
      }
    });

/** A tree of the root and two guesses after it, of which none is right but by chance. */
const growing = (keep: (session: Session, right: number) => Promise<void>) => (): Decoder =>
  running(["causal"], async function* (run) {
    const target = await run.openSession("causal");
    let token = argmax((yield* target.forward(run.tokens, "prefill")).row(0));
    for (;;) {
      const finishReason = yield* run.commit(Int32Array.of(token));
      if (finishReason) return finishReason;
      const room = run.remaining > 1;
      const logits = yield* target.forwardTree(
        room ? Int32Array.of(token, 1, 2) : Int32Array.of(token),
        room ? Int32Array.of(-1, 0, 0) : Int32Array.of(-1),
        "verify",
      );
      token = argmax(logits.row(0));
      await keep(target.session, 0);
    }
  });

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

async function forkedStep(base: ReportingSession, run: DecodeRun<"causal">): Promise<Logits> {
  const fork = await base.session.fork!();
  try {
    const logits = await fork.forward(run.tokens.slice(-1));
    const row = logits.row(0).slice();
    return { ...logits, row: () => row };
  } finally {
    await fork.dispose();
  }
}

/** Ways in which a session can hold something else than the sequence. */
export const cacheDefects: Defects = {
  "only the last prompt token read": {
    create: greedily({ prefill: (prompt) => prompt.slice(-1) }),
    foundBy: FOLLOWS,
    says: [
      "a prompt of 2 tokens: place 0 of the output (position 2)",
      "Pass 0 of the causal model went on from",
      "1 token from position 0 on is missing",
    ],
  },
  "the cache emptied before each pass": {
    create: greedily({
      async next(session, tokens) {
        await session.rewindTo(0);
        return tokens.slice(-1);
      },
    }),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 1", "Pass 1 of the causal model went on from", "1 token from position 0 on is missing", "rewindTo"],
  },
  "rewound one token too far": {
    create: greedily({
      async next(session, tokens) {
        await session.rewindTo(session.length - 1);
        return tokens.slice(-1);
      },
    }),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 1", "Pass 1 of the causal model", "missing"],
  },
  "the first prompt token left out": {
    create: greedily({ prefill: (prompt) => (prompt.length > 1 ? prompt.slice(1) : prompt) }),
    foundBy: FOLLOWS,
    says: ["a prompt of 2 tokens: place 0", "1 token from position 0 on is missing"],
  },
  "the prompt read twice": {
    create: greedily({ prefill: (prompt) => (prompt.length < 9 ? Int32Array.of(...prompt, ...prompt) : prompt) }),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 0", "Pass 1 of the causal model", "1 token too much stands from position 1 on"],
  },
  "the prompt read in reverse": {
    create: greedily({ prefill: (prompt) => prompt.toReversed() }),
    foundBy: FOLLOWS,
    says: ["a prompt of 2 tokens: place 0", "Pass 0 of the causal model", "from position 0 on the tokens stand in another order"],
  },
  "each token read twice": {
    create: greedily({
      next: (_, tokens) => (tokens.length < 9 ? Int32Array.of(...tokens.slice(-1), ...tokens.slice(-1)) : tokens.slice(-1)),
    }),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 1", "Pass 2 of the causal model", "1 token too much stands from position 2 on"],
  },
  "the token before the last read again": {
    create: greedily({ next: (_, tokens) => tokens.slice(-2, -1) }),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 1", "Pass 1 of the causal model", "position 1 holds"],
  },
  "every other token left unread": {
    create: greedily({ next: (session, tokens) => (session.length % 2 === 0 ? tokens.slice(0, 1) : tokens.slice(-1)) }),
    foundBy: FOLLOWS,
    says: ["Pass", "of the causal model went on from"],
  },
  "a fork of the prompt for each token": {
    create: () =>
      running(["causal"], async function* (run) {
        const target = await run.openSession("causal");
        let logits = yield* target.forward(run.tokens, "prefill");
        for (;;) {
          const finishReason = yield* run.commit(Int32Array.of(argmax(logits.row(0))));
          if (finishReason) return finishReason;
          logits = await forkedStep(target, run);
        }
      }),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 2", "1 token from position 1 on is missing"],
  },
  "drafted tokens never taken back": {
    create: guessing(async () => undefined),
    foundBy: FOLLOWS,
    says: ["Pass 2 of the causal model", "2 tokens too many stand from position 2 on", "take back with rewindTo"],
  },
  "drafted tokens taken back but for one": {
    create: guessing((session, length, accepted) => session.rewindTo(Math.min(session.length, length + accepted + 1))),
    foundBy: FOLLOWS,
    says: ["Pass 2 of the causal model", "1 token too much stands from position 2 on"],
  },
  "accepted tokens taken back too": {
    create: guessing((session, length) => session.rewindTo(length - 1)),
    foundBy: FOLLOWS,
    says: ["Pass 2 of the causal model", "1 token from position 1 on is missing"],
  },
  "no node of a tree kept": {
    create: growing(() => Promise.resolve()),
    foundBy: FOLLOWS,
    says: ["Pass 2 of the causal model", "1 token from position 1 on is missing", "keepPath"],
  },
  "a wrong path of a tree kept": {
    create: growing(async (session) => session.keepPath!(Int32Array.of(0, 1)).catch(() => session.keepPath!(Int32Array.of(0)))),
    foundBy: FOLLOWS,
    says: ["Pass 2 of the causal model", "1 token too much stands from position 2 on", "keepPath"],
  },
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

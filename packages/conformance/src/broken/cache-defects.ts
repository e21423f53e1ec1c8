// Stryker disable all: what the tests are about is found out by the kit, not here
import { argmax, type Decoder, type DecodeRun, type Logits, type ReportingSession, type Session, type TokenId } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";

const FOLLOWS = "follows models that are certain";

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
};

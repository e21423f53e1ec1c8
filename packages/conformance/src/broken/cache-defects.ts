// Stryker disable all: the kit detects these defects; nothing tests them here
import { argmax, type Decoder, type DecodeContext, type Logits, type ReportingSession, type Session, type TokenId } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";

const FOLLOWS = "follows models that are certain";

interface Steps {
  /** Returns the tokens that the first pass reads. */
  readonly prefill?: (prompt: Int32Array) => Int32Array;
  /** Returns the tokens that a later pass reads, and may change the session first. */
  readonly next?: (session: Session, tokens: Int32Array) => Promise<Int32Array> | Int32Array;
}

/** A decoder of one token per pass. */
const greedily =
  ({ prefill = (prompt) => prompt, next = (_, tokens) => tokens.slice(-1) }: Steps) =>
  (): Decoder =>
    running(["causal"], async function* (context) {
      const target = await context.openSession("causal");
      let logits = yield* target.forward(prefill(context.tokens), "prefill");
      for (;;) {
        const finishReason = yield* context.commit(Int32Array.of(argmax(logits.row(0))));
        if (finishReason) return finishReason;
        logits = yield* target.forward(await next(target.session, context.tokens), "decode");
      }
    });

type Guess = (context: DecodeContext<"causal">) => TokenId[];
type Settle = (session: Session, length: number, accepted: number) => Promise<void>;

/** A decoder that guesses two tokens per pass; `settle` must leave `length` + `accepted` tokens in the cache. */
const guessing =
  (settle: Settle, guess: Guess = () => [1, 2]) =>
  (): Decoder =>
    running(["causal"], async function* (context) {
      const target = await context.openSession("causal");
      let last = argmax((yield* target.forward(context.tokens, "prefill")).row(0));
      for (;;) {
        const finishReason = yield* context.commit(Int32Array.of(last));
        if (finishReason) return finishReason;
        const drafted = guess(context).slice(0, context.remaining - 1);
        const logits = yield* target.forward(Int32Array.of(last, ...drafted), "verify", "all");
        let accepted = 0;
        while (accepted < drafted.length && argmax(logits.row(accepted)) === drafted[accepted]) accepted++;
        last = argmax(logits.row(accepted));
        await settle(target.session, context.tokens.length, accepted);
        if (accepted > 0) {
          const early = yield* context.commit(Int32Array.from(drafted.slice(0, accepted)));
          if (early) return early;
        }
      }
    });

/** A decoder that looks at what would follow the second choice, if the model allows one. */
const trying = (): Decoder =>
  running(["causal"], async function* (context) {
    const target = await context.openSession("causal");
    let row = (yield* target.forward(context.tokens, "prefill")).row(0).slice();
    for (;;) {
      const first = argmax(row);
      const second = argmax(row.with(first, -Infinity).map((logit) => Math.max(logit, -1e9)));
      if (row[second]! > -Infinity && context.remaining > 2) yield* target.forward(Int32Array.of(second), "decode");
      const finishReason = yield* context.commit(Int32Array.of(first));
      if (finishReason) return finishReason;
      row = (yield* target.forward(Int32Array.of(first), "decode")).row(0).slice();
    }
  });

/** A decoder that verifies a tree of the root and two guesses after it, which are correct only by chance. */
const growing = (keep: (session: Session, right: number) => Promise<void>) => (): Decoder =>
  running(["causal"], async function* (context) {
    const target = await context.openSession("causal");
    let token = argmax((yield* target.forward(context.tokens, "prefill")).row(0));
    for (;;) {
      const finishReason = yield* context.commit(Int32Array.of(token));
      if (finishReason) return finishReason;
      const room = context.remaining > 1;
      const logits = yield* target.forwardTree(
        room ? Int32Array.of(token, 1, 2) : Int32Array.of(token),
        room ? Int32Array.of(-1, 0, 0) : Int32Array.of(-1),
        "verify",
      );
      token = argmax(logits.row(0));
      await keep(target.session, 0);
    }
  });

async function forkedStep(base: ReportingSession, context: DecodeContext<"causal">): Promise<Logits> {
  const fork = await base.session.fork!();
  try {
    const logits = await fork.forward(context.tokens.slice(-1));
    const row = logits.row(0).slice();
    return { ...logits, row: () => row };
  } finally {
    await fork.dispose();
  }
}

/** Ways in which a session can hold something other than the sequence. */
export const cacheDefects: Defects = {
  "only the last prompt token read": {
    create: greedily({ prefill: (prompt) => prompt.slice(-1) }),
    foundBy: FOLLOWS,
    message: ["a prompt of 2 tokens: output[0] (position 2)", "Pass 0 of the causal model continued", "1 token is missing from position 0"],
  },
  "the cache emptied before each pass": {
    create: greedily({
      async next(session, tokens) {
        await session.rewindTo(0);
        return tokens.slice(-1);
      },
    }),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[1]", "Pass 1 of the causal model continued", "1 token is missing from position 0", "rewindTo"],
  },
  "a rewind of one token too many": {
    create: greedily({
      async next(session, tokens) {
        await session.rewindTo(session.length - 1);
        return tokens.slice(-1);
      },
    }),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[1]", "Pass 1 of the causal model", "missing"],
  },
  "the first prompt token left out": {
    create: greedily({ prefill: (prompt) => (prompt.length > 1 ? prompt.slice(1) : prompt) }),
    foundBy: FOLLOWS,
    message: ["a prompt of 2 tokens: output[0]", "1 token is missing from position 0"],
  },
  "the prompt read twice": {
    create: greedily({ prefill: (prompt) => (prompt.length < 9 ? Int32Array.of(...prompt, ...prompt) : prompt) }),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[0]", "Pass 1 of the causal model", "1 extra token at position 1"],
  },
  "the prompt read in reverse": {
    create: greedily({ prefill: (prompt) => prompt.toReversed() }),
    foundBy: FOLLOWS,
    message: ["a prompt of 2 tokens: output[0]", "Pass 0 of the causal model", "the tokens from position 0 are in another order"],
  },
  "each token read twice": {
    create: greedily({
      next: (_, tokens) => (tokens.length < 9 ? Int32Array.of(...tokens.slice(-1), ...tokens.slice(-1)) : tokens.slice(-1)),
    }),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[1]", "Pass 2 of the causal model", "1 extra token at position 2"],
  },
  "the token before the last read again": {
    create: greedily({ next: (_, tokens) => tokens.slice(-2, -1) }),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[1]", "Pass 1 of the causal model", "position 1 holds"],
  },
  "every second token left unread": {
    create: greedily({ next: (session, tokens) => (session.length % 2 === 0 ? tokens.slice(0, 1) : tokens.slice(-1)) }),
    foundBy: FOLLOWS,
    message: ["Pass", "of the causal model continued"],
  },
  "a fork of the prompt for each token": {
    create: () =>
      running(["causal"], async function* (context) {
        const target = await context.openSession("causal");
        let logits = yield* target.forward(context.tokens, "prefill");
        for (;;) {
          const finishReason = yield* context.commit(Int32Array.of(argmax(logits.row(0))));
          if (finishReason) return finishReason;
          logits = await forkedStep(target, context);
        }
      }),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[2]", "1 token is missing from position 1"],
  },
  "drafted tokens never rewound": {
    create: guessing(async () => undefined),
    foundBy: FOLLOWS,
    message: ["Pass 2 of the causal model", "2 extra tokens at position 2", "remove uncommitted tokens with rewindTo"],
  },
  "a second choice tried where the model is unsure, and never rewound": {
    create: trying,
    foundBy: "continues what it has committed in every pass",
    message: ["an uncertain model, seed 0: Pass 2 of the causal model continued", "1 extra token at position", "rewindTo"],
  },
  "all drafted tokens but one rewound": {
    create: guessing((session, length, accepted) => session.rewindTo(Math.min(session.length, length + accepted + 1))),
    foundBy: FOLLOWS,
    message: ["Pass 2 of the causal model", "1 extra token at position 2"],
  },
  "accepted tokens rewound too": {
    create: guessing((session, length) => session.rewindTo(length - 1)),
    foundBy: FOLLOWS,
    message: ["Pass 2 of the causal model", "1 token is missing from position 1"],
  },
  "no node of a tree kept": {
    create: growing(() => Promise.resolve()),
    foundBy: FOLLOWS,
    message: ["Pass 2 of the causal model", "1 token is missing from position 1", "keepPath"],
  },
  "a wrong path of a tree kept": {
    create: growing(async (session) => session.keepPath!(Int32Array.of(0, 1)).catch(() => session.keepPath!(Int32Array.of(0)))),
    foundBy: FOLLOWS,
    message: ["Pass 2 of the causal model", "1 extra token at position 2", "keepPath"],
  },
};

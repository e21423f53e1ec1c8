// Stryker disable all: what the tests are about is found out by the kit, not here
import { argmax, type DecodeOptions, type Decoder, type MaskedSession, type ReportingMaskedSession, softmax } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";

const FOLLOWS = "follows models that are certain";
const MASK = 0;

interface Filling {
  readonly blockLength?: number;
  /** What is committed before the first block. */
  readonly prefix?: (prompt: Int32Array) => Int32Array;
  /** What is committed after a block. */
  readonly after?: (block: Int32Array, session: MaskedSession) => Promise<Int32Array> | Int32Array;
  /** What a pass reads. */
  readonly canvas?: (length: number, tokens: Int32Array) => Int32Array;
  readonly choose?: (row: Float32Array) => number;
  /** Which row is taken for a place. */
  readonly rowOf?: (place: number) => number;
  readonly extra?: Partial<Decoder>;
}

/** The likeliest token that is no mask. */
function likeliest(row: Float32Array): number {
  const edited = row.slice();
  edited[MASK] = -Infinity;
  return argmax(edited);
}

const empty = (length: number): Int32Array => new Int32Array(length).fill(MASK);

/** Fills blocks in one pass each. */
const filling =
  ({
    blockLength = 3,
    prefix = (prompt) => prompt,
    after = (block) => block,
    canvas = empty,
    choose = likeliest,
    rowOf = (place) => place,
    extra = {},
  }: Filling) =>
  (): Decoder =>
    running(
      ["masked"],
      async function* (run) {
        const session: ReportingMaskedSession = await run.openMaskedSession("masked");
        const first = prefix(run.tokens);
        if (first.length > 0) yield* session.commit(first, "prefill");
        for (;;) {
          const length = Math.min(blockLength, run.remaining);
          const logits = yield* session.predict(canvas(length, run.tokens), "refine");
          const block = Int32Array.from({ length }, (_, place) => choose(logits.row(rowOf(place))));
          const finishReason = yield* run.commit(block);
          if (finishReason) return finishReason;
          const committed = await after(block, session.session);
          if (committed.length > 0) yield* session.commit(committed, "decode");
        }
      },
      extra,
    );

/** The same decoder without a defect. */
export const goodMaskedDecoder: () => Decoder = filling({});

const withOptions = (change: (options: DecodeOptions) => DecodeOptions) => (): Decoder => {
  const decoder = goodMaskedDecoder();
  return { ...decoder, decode: (models, prompt, options) => decoder.decode(models, prompt, change(options)) };
};

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

/** Defects of decoders that require a masked model. */
export const maskedDefects: Defects = {
  "the prompt never committed": {
    create: filling({ prefix: () => new Int32Array(0) }),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 1 of the output (position 2)", "Pass 0 of the masked model went on from", "position 0 is masked"],
  },
  "the prompt's last token not committed": {
    create: filling({ prefix: (prompt) => prompt.subarray(0, -1) }),
    foundBy: FOLLOWS,
    says: ["a prompt of 1 tokens: place 1", "Pass 0 of the masked model", "position 0 is masked"],
  },
  "blocks never committed to the session": {
    create: filling({ after: () => new Int32Array(0) }),
    foundBy: FOLLOWS,
    says: ["place 3 of the output", "position 1 is masked"],
  },
  "blocks committed twice": {
    create: filling({ after: (block) => Int32Array.of(...block.subarray(0, 1), ...block) }),
    foundBy: FOLLOWS,
    says: ["place 3 of the output", "1 token too much stands from position 2 on"],
  },
  "blocks committed but for their last token": {
    create: filling({ after: (block) => block.subarray(0, -1) }),
    foundBy: FOLLOWS,
    says: ["place 3 of the output", "position 3 is masked"],
  },
  "the prefix taken back by one token": {
    create: filling({
      async after(block, session) {
        await session.rewindTo(session.length - 1);
        return block;
      },
    }),
    foundBy: FOLLOWS,
    says: ["place 3 of the output", "1 token from position 0 on is missing"],
  },
  "the row of the place before taken": {
    create: filling({ rowOf: (place) => Math.max(0, place - 1) }),
    foundBy: FOLLOWS,
    says: ["place 1 of the output", "Every pass went on from the committed tokens", "another row was taken"],
  },
  "the mask token committed": {
    create: filling({ choose: argmax }),
    foundBy: "commits no mask token",
    says: ["the mask token, 0, was committed at place", "Set its logit to -Infinity"],
  },
  "NaN of a masked model overlooked": {
    create: filling({ choose: (row) => likeliest(row.map((logit) => (Number.isNaN(logit) ? -Infinity : logit))) }),
    foundBy: "rejects logits without a distribution",
    says: ["logits NaN of the masked model for token 4: no pass of 4 was rejected"],
  },
  "all rows of a masked model forbidden and overlooked": {
    create: filling({ choose: (row) => (row.every((logit) => logit === -Infinity) ? 1 : likeliest(row)) }),
    foundBy: "rejects logits without a distribution",
    says: ["a decode that did not reject logits -Infinity of the masked model everywhere at pass 1: event"],
  },
  "aborts of masked passes ignored": {
    create: withOptions((options) => ({ ...options, signal: undefined })),
    foundBy: 'ends with "abort" when the signal is aborted during any pass',
    says: ['aborted during pass 0 of the masked model: finish reason: expected "abort"'],
  },
  "a masked session kept for good": {
    create: () => {
      const decoder = goodMaskedDecoder();
      return {
        ...decoder,
        async *decode(models, prompt, options) {
          await models.masked.createSession();
          yield* decoder.decode(models, prompt, options);
        },
      };
    },
    foundBy: "has disposed every session",
    says: ["no new tokens: open sessions: expected 0, got 1"],
  },
  "a masked pass that is not reported": {
    create: () =>
      running(["masked"], async function* (run) {
        const { session } = await run.openMaskedSession("masked");
        await session.commit(run.tokens);
        const logits = await session.predict(empty(run.remaining));
        const block = Int32Array.from({ length: logits.rows }, (_, place) => likeliest(logits.row(place)));
        return (yield* run.commit(block)) ?? "length";
      }),
    foundBy: "reports every pass",
    says: ["one new token: positions of the passes of the masked model: expected [3,1], got []"],
  },
  "rows of a masked model written to": {
    create: filling({
      choose(row) {
        row[MASK] = -1e9;
        return argmax(row);
      },
    }),
    foundBy: "does not write to the rows of logits",
    says: ["one new token: rows of logits that were written to: expected 0, got 1"],
  },
  "errors of a masked model swallowed": {
    create: () => {
      const decoder = goodMaskedDecoder();
      return {
        ...decoder,
        async *decode(models, prompt, options) {
          try {
            yield* decoder.decode(models, prompt, options);
          } catch {
            yield { type: "decode-end", finishReason: "length" };
          }
        },
      };
    },
    foundBy: "passes on the error of a model",
    says: ["the masked model fails at pass 0: expected an error, but it ended well"],
  },
  "randomness of a masked decoder from elsewhere": {
    create: filling({
      choose: (row) => softmax(row).findIndex((probability, token) => token !== MASK && probability > Math.random() / 1e9),
    }),
    foundBy: "uses neither Math.random",
    says: ['calls: expected [], got ["Math.random"'],
  },
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

// Stryker disable all: what the tests are about is found out by the kit, not here
import { argmax, type DecodeOptions, type Decoder, softmax } from "@decodekit/core";
import { type Defects, running } from "./defect.ts";
import { empty, filling, FOLLOWS, goodMaskedDecoder, likeliest, MASK } from "./masked-decoder.ts";

const withOptions = (change: (options: DecodeOptions) => DecodeOptions) => (): Decoder => {
  const decoder = goodMaskedDecoder();
  return { ...decoder, decode: (models, prompt, options) => decoder.decode(models, prompt, change(options)) };
};

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
};

// Stryker disable all: the kit detects these defects; nothing tests them here
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
    message: ["a prompt of 1 tokens: output[1] (position 2)", "Pass 0 of the masked model continued", "position 0 is masked"],
  },
  "the prompt's last token not committed": {
    create: filling({ prefix: (prompt) => prompt.subarray(0, -1) }),
    foundBy: FOLLOWS,
    message: ["a prompt of 1 tokens: output[1]", "Pass 0 of the masked model", "position 0 is masked"],
  },
  "blocks never committed to the session": {
    create: filling({ after: () => new Int32Array(0) }),
    foundBy: FOLLOWS,
    message: ["output[3]", "position 1 is masked"],
  },
  "blocks committed twice": {
    create: filling({ after: (block) => Int32Array.of(...block.subarray(0, 1), ...block) }),
    foundBy: FOLLOWS,
    message: ["output[3]", "1 extra token at position 2"],
  },
  "blocks committed without their last token": {
    create: filling({ after: (block) => block.subarray(0, -1) }),
    foundBy: FOLLOWS,
    message: ["output[3]", "position 3 is masked"],
  },
  "the prefix rewound by one token": {
    create: filling({
      async after(block, session) {
        await session.rewindTo(session.length - 1);
        return block;
      },
    }),
    foundBy: FOLLOWS,
    message: ["output[3]", "1 token is missing from position 0"],
  },
  "the previous position's row used": {
    create: filling({ rowOf: (place) => Math.max(0, place - 1) }),
    foundBy: FOLLOWS,
    message: ["output[1]", "Every pass continued the committed tokens", "another row was used"],
  },
  "the mask token committed": {
    create: filling({ choose: argmax }),
    foundBy: "commits no mask token",
    message: ["the mask token, 0, was committed at index", "Set its logit to -Infinity"],
  },
  "NaN of a masked model ignored": {
    create: filling({ choose: (row) => likeliest(row.map((logit) => (Number.isNaN(logit) ? -Infinity : logit))) }),
    foundBy: "rejects logits without a distribution",
    message: ["logits NaN of the masked model for token 4: none of 4 passes was rejected"],
  },
  "rows of a masked model without any allowed token ignored": {
    create: filling({ choose: (row) => (row.every((logit) => logit === -Infinity) ? 1 : likeliest(row)) }),
    foundBy: "rejects logits without a distribution",
    message: ["a decode that did not reject logits -Infinity of the masked model everywhere at pass 1: event"],
  },
  "aborts of masked passes ignored": {
    create: withOptions((options) => ({ ...options, signal: undefined })),
    foundBy: 'ends with "abort" when the signal is aborted during any pass',
    message: ['aborted during pass 0 of the masked model: finish reason: expected "abort"'],
  },
  "a masked session never disposed": {
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
    message: ["no new tokens: open sessions: expected 0, got 1"],
  },
  "a masked pass that is not reported": {
    create: () =>
      running(["masked"], async function* (context) {
        const { session } = await context.openMaskedSession("masked");
        await session.commit(context.tokens);
        const logits = await session.predict(empty(context.remaining));
        const block = Int32Array.from({ length: logits.rows }, (_, place) => likeliest(logits.row(place)));
        return (yield* context.commit(block)) ?? "length";
      }),
    foundBy: "reports every pass",
    message: ["one new token: positions of the passes of the masked model: expected [3,1], got []"],
  },
  "rows of a masked model written to": {
    create: filling({
      choose(row) {
        row[MASK] = -1e9;
        return argmax(row);
      },
    }),
    foundBy: "does not write to the rows of logits",
    message: ["one new token: rows of logits that were written to: expected 0, got 1"],
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
    foundBy: "passes on a model's error",
    message: ["the masked model fails at pass 0: expected an error, but it succeeded"],
  },
  "randomness of a masked decoder from another source": {
    create: filling({
      choose: (row) => softmax(row).findIndex((probability, token) => token !== MASK && probability > Math.random() / 1e9),
    }),
    foundBy: "uses neither Math.random",
    message: ['calls: expected [], got ["Math.random"'],
  },
};

// Stryker disable all: the kit detects these defects; nothing tests them here
import { argmax, type Decoder, type MaskedSession, type ReportingMaskedSession } from "@decodekit/core";
import { running } from "./defect.ts";

export const FOLLOWS = "follows models that are certain";
export const MASK = 0;

interface Filling {
  readonly blockLength?: number;
  /** Returns the tokens that are committed to the session before the first block. */
  readonly prefix?: (prompt: Int32Array) => Int32Array;
  /** Returns the tokens that are committed to the session after a block. */
  readonly after?: (block: Int32Array, session: MaskedSession) => Promise<Int32Array> | Int32Array;
  /** Returns the canvas that a pass reads. */
  readonly canvas?: (length: number, tokens: Int32Array) => Int32Array;
  readonly choose?: (row: Float32Array) => number;
  /** Returns the row to use for an index of the canvas. */
  readonly rowOf?: (index: number) => number;
  readonly extra?: Partial<Decoder>;
}

/** Returns the most likely token other than the mask. */
export function likeliest(row: Float32Array): number {
  const edited = row.slice();
  edited[MASK] = -Infinity;
  return argmax(edited);
}

export const empty = (length: number): Int32Array => new Int32Array(length).fill(MASK);

/** A decoder that fills each block in one pass. */
export const filling =
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
      async function* (context) {
        const session: ReportingMaskedSession = await context.openMaskedSession("masked");
        const first = prefix(context.tokens);
        if (first.length > 0) yield* session.commit(first, "prefill");
        for (;;) {
          const length = Math.min(blockLength, context.remaining);
          const logits = yield* session.predict(canvas(length, context.tokens), "refine");
          const block = Int32Array.from({ length }, (_, place) => choose(logits.row(rowOf(place))));
          const finishReason = yield* context.commit(block);
          if (finishReason) return finishReason;
          const committed = await after(block, session.session);
          if (committed.length > 0) yield* session.commit(committed, "decode");
        }
      },
      extra,
    );

/** The same decoder without a defect. */
export const goodMaskedDecoder: () => Decoder = filling({});

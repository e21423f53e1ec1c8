// Stryker disable all: what the tests are about is found out by the kit, not here
import { argmax, type Decoder, type MaskedSession, type ReportingMaskedSession } from "@decodekit/core";
import { running } from "./defect.ts";

export const FOLLOWS = "follows models that are certain";
export const MASK = 0;

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
export function likeliest(row: Float32Array): number {
  const edited = row.slice();
  edited[MASK] = -Infinity;
  return argmax(edited);
}

export const empty = (length: number): Int32Array => new Int32Array(length).fill(MASK);

/** Fills blocks in one pass each. */
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

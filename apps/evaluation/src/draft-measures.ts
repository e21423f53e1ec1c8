import { argmax, type LanguageModel } from "@decodekit/core";
import { meanByPlace, overlap } from "./overlap.ts";
import { storyTokens } from "./story-tokens.ts";

/** Places of a draft that are told apart. */
export const DRAFT_LENGTH = 8;

export interface DraftAcceptance {
  /** Σ min(p, q) at places 1 to 8 of a draft, given the true tokens before the place. */
  readonly byPlace: readonly number[];
  /** The same over all places. */
  readonly mean: number;
  /** Share of places where both have the same likeliest token. */
  readonly argmaxAgreement: number;
}

/** How well `draft` foretells the distribution of `model`, temperature 1, on whole stories. */
export async function draftAcceptance(model: LanguageModel, draft: LanguageModel, stories: readonly string[]): Promise<DraftAcceptance> {
  const byPlace = meanByPlace(DRAFT_LENGTH);
  const all = meanByPlace(1);
  const equal = meanByPlace(1);
  for (const story of stories) {
    const { tokens } = storyTokens(model, story);
    const [p, q] = await Promise.all([allRows(model, tokens), allRows(draft, tokens)]);
    for (const [index, row] of p.entries()) {
      const shared = overlap(row, q[index]!);
      byPlace.add(index % DRAFT_LENGTH, shared);
      all.add(0, shared);
      equal.add(0, argmax(row) === argmax(q[index]!) ? 1 : 0);
    }
  }
  return { byPlace: byPlace.means(), mean: all.means()[0]!, argmaxAgreement: equal.means()[0]! };
}

/** The logits after every token but the last. */
async function allRows(model: LanguageModel, tokens: Int32Array): Promise<Float32Array[]> {
  const session = await model.causal!.createSession();
  const logits = await session.forward(tokens.subarray(0, -1), { rows: "all" });
  const rows = Array.from({ length: logits.rows }, (_, index) => logits.row(index).slice());
  await session.dispose();
  return rows;
}

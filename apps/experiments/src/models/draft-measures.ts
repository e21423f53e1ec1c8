import { argmax, type LanguageModel } from "@decodekit/core";
import { meanByPosition, overlap } from "./overlap.ts";
import { storyTokens } from "../tasks/story-tokens.ts";

/** Number of draft positions that are measured separately. */
export const DRAFT_LENGTH = 8;

export interface DraftAcceptance {
  /** Σ min(p, q) at positions 1 to 8 of a draft, given the true tokens before. */
  readonly byPosition: readonly number[];
  /** The same over all positions. */
  readonly mean: number;
  /** Share of positions at which both models have the same likeliest token. */
  readonly argmaxAgreement: number;
}

/** Measures how well `draft` predicts the distribution of `model` at temperature 1, on whole stories. */
export async function draftAcceptance(model: LanguageModel, draft: LanguageModel, stories: readonly string[]): Promise<DraftAcceptance> {
  const byPosition = meanByPosition(DRAFT_LENGTH);
  const all = meanByPosition(1);
  const equal = meanByPosition(1);
  for (const story of stories) {
    const { tokens } = storyTokens(model, story);
    const [p, q] = await Promise.all([allRows(model, tokens), allRows(draft, tokens)]);
    for (const [index, row] of p.entries()) {
      const shared = overlap(row, q[index]!);
      byPosition.add(index % DRAFT_LENGTH, shared);
      all.add(0, shared);
      equal.add(0, argmax(row) === argmax(q[index]!) ? 1 : 0);
    }
  }
  return { byPosition: byPosition.means(), mean: all.means()[0]!, argmaxAgreement: equal.means()[0]! };
}

/** Returns the logits after every token but the last. */
async function allRows(model: LanguageModel, tokens: Int32Array): Promise<Float32Array[]> {
  const session = await model.causal!.createSession();
  const logits = await session.forward(tokens.subarray(0, -1), { rows: "all" });
  const rows = Array.from({ length: logits.rows }, (_, index) => logits.row(index).slice());
  await session.dispose();
  return rows;
}

import type { CausalModel } from "../contracts/model.ts";
import { argmax } from "../sampling/argmax.ts";

/**
 * Two executions of a pass, or two shapes of one, round differently: each of their float32 logits differs by less than half of this, as measured on the models of this repository. If the
 * two largest logits are closer to each other than this, rounding may decide which of them is larger.
 */
export const NEAR_TIE = 1e-3;

/** Returns the difference of the two largest logits after `tokens`, >= 0. */
export async function topTwoGap(model: CausalModel, tokens: Int32Array): Promise<number> {
  const session = await model.createSession();
  try {
    const row = (await session.forward(tokens)).row(0).slice();
    const first = argmax(row);
    const largest = row[first]!;
    row[first] = -Infinity;
    return largest - row[argmax(row)]!;
  } finally {
    await session.dispose();
  }
}

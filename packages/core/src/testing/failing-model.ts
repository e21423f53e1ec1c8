import type { CausalModel } from "../model.ts";
import { interceptPasses } from "./intercept-passes.ts";

/** What goes wrong, and at which pass, counted from 0 over all sessions of the model. */
export type ModelFailure = { readonly pass: number } & (
  | { /** The pass rejects with this, and the session is as it was before. */ readonly error: unknown }
  | { /** The pass runs, and every number in its rows is this: NaN, Infinity or -Infinity. */ readonly logits: number }
);

/** The same model, one pass of which fails. Later passes run as if nothing had happened. */
export function failingModel<Model extends CausalModel>(model: Model, failure: ModelFailure): Model {
  return interceptPasses(model, async ({ index, run }) => {
    if (index !== failure.pass) return run();
    if ("error" in failure) throw failure.error;
    const { rows, vocabSize } = await run();
    const row = new Float32Array(vocabSize).fill(failure.logits);
    return { rows, vocabSize, row: () => row };
  });
}

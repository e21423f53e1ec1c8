import type { CausalModel, Logits, MaskedModel, TokenId } from "../contracts/model.ts";
import { wholeRow } from "../sampling/predicted-row.ts";
import { interceptPasses } from "./intercept-passes.ts";

/** A failure, and the pass at which it occurs, counted from 0 over all sessions of the model. */
export type ModelFailure = { readonly pass: number } & (
  | { /** The pass rejects with this, and the session is as it was before. */ readonly error: unknown }
  | {
      /** The pass runs, and its rows contain this value: NaN, Infinity or -Infinity. */
      readonly logits: number;
      /** The token whose logit has that value. @defaultValue all tokens */
      readonly token?: TokenId | undefined;
    }
);

/** Returns the model with one failing pass. Later passes are unaffected. */
export function failingModel<Model extends CausalModel | MaskedModel>(model: Model, failure: ModelFailure): Model {
  return interceptPasses(model, async ({ index, run }) => {
    if (index !== failure.pass) return run();
    if ("error" in failure) throw failure.error;
    return await spoilt(await run(), failure.logits, failure.token);
  });
}

/** Returns whole rows, also where the pass was asked for parts. */
async function spoilt(logits: Logits, value: number, token: TokenId | undefined): Promise<Logits> {
  const rows: Float32Array[] = [];
  for (let index = 0; index < logits.rows; index++) {
    const row = (await wholeRow(logits, index)).slice();
    rows.push(token === undefined ? row.fill(value) : row.fill(value, token, token + 1));
  }
  const { hiddenStates, layerStates } = logits;
  return {
    rows: logits.rows,
    vocabSize: logits.vocabSize,
    row: (index) => rows[index]!,
    ...(hiddenStates && { hiddenStates }),
    ...(layerStates && { layerStates }),
  };
}

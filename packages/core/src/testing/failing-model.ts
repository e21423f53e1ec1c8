import type { CausalModel, Logits, MaskedModel, TokenId } from "../model.ts";
import { interceptPasses } from "./intercept-passes.ts";

/** What goes wrong, and at which pass, counted from 0 over all sessions of the model. */
export type ModelFailure = { readonly pass: number } & (
  | { /** The pass rejects with this, and the session is as it was before. */ readonly error: unknown }
  | {
      /** The pass runs, and this stands in its rows: NaN, Infinity or -Infinity. */
      readonly logits: number;
      /** Where in each row. @defaultValue everywhere */
      readonly token?: TokenId | undefined;
    }
);

/** The same model, one pass of which fails. Later passes run as if nothing had happened. */
export function failingModel<Model extends CausalModel | MaskedModel>(model: Model, failure: ModelFailure): Model {
  return interceptPasses(model, async ({ index, run }) => {
    if (index !== failure.pass) return run();
    if ("error" in failure) throw failure.error;
    return spoilt(await run(), failure.logits, failure.token);
  });
}

function spoilt(logits: Logits, value: number, token: TokenId | undefined): Logits {
  const rows = Array.from({ length: logits.rows }, (_, index) => {
    const row = logits.row(index).slice();
    return token === undefined ? row.fill(value) : row.fill(value, token, token + 1);
  });
  return { ...logits, row: (index) => rows[index]! };
}

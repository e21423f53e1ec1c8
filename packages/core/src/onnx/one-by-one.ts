import type { Logits } from "../contracts/model.ts";
import { joinedStates } from "./hidden-states.ts";

/**
 * Reads the first `together` tokens in one pass and each further one in a pass of its own, with `read`, which returns the last row; returns
 * the last `rows` rows.
 */
export async function readOneByOne(
  tokens: Int32Array,
  { rows, together }: { readonly rows: number; readonly together: number },
  read: (tokens: Int32Array) => Promise<Logits>,
): Promise<Logits> {
  const passes = [await read(tokens.subarray(0, together))];
  for (let index = together; index < tokens.length; index++) passes.push(await read(tokens.subarray(index, index + 1)));
  const last = passes.slice(-rows);
  return {
    ...joinedStates(passes),
    rows,
    vocabSize: last[0]!.vocabSize,
    row(index) {
      const pass = last[index];
      if (!pass) throw new RangeError(`row must be in [0, ${rows}), got ${index}`);
      return pass.row(0);
    },
  };
}

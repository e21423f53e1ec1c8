import type { Logits } from "../contracts/model.ts";

/** Reads each token in a pass of its own with `read`, which returns its row; returns the last `rows` rows. */
export async function readOneByOne(tokens: Int32Array, rows: number, read: (token: Int32Array) => Promise<Logits>): Promise<Logits> {
  const passes: Logits[] = [];
  for (let index = 0; index < tokens.length; index++) passes.push(await read(tokens.subarray(index, index + 1)));
  const last = passes.slice(-rows);
  return {
    rows,
    vocabSize: last[0]!.vocabSize,
    row(index) {
      const pass = last[index];
      if (!pass) throw new RangeError(`row must be in [0, ${rows}), got ${index}`);
      return pass.row(0);
    },
  };
}

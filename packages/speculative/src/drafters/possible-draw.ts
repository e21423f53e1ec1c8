import { argmax, LogitsError } from "@decodekit/core";

/**
 * Runs `draw`, which draws a token from what a sampler makes of a row, shape (vocabSize,), that `readRow` reads. Returns undefined if the
 * sampler excludes every token that the drafting model allows: the target may still have others, so the draft ends there.
 * @throws LogitsError if the row itself has no distribution.
 */
export async function possibleDraw<Drawn>(
  draw: () => Drawn | Promise<Drawn>,
  readRow: () => Float32Array | Promise<Float32Array>,
): Promise<Drawn | undefined> {
  try {
    return await draw();
  } catch (error) {
    if (!(error instanceof LogitsError)) throw error;
    argmax(await readRow());
    return undefined;
  }
}

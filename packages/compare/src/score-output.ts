import { type CausalModel } from "@decodekit/core";
import { concatTokens, negativeLogLikelihood } from "@decodekit/core/toolkit";

export interface ScoreOptions {
  readonly signal?: AbortSignal | undefined;
  /** Maximum number of logits per pass, so that long outputs over large vocabularies fit into memory. @defaultValue 2^24 */
  readonly logitsPerPass?: number | undefined;
}

/**
 * Returns the mean negative log-likelihood of `output`, shape (n,), after `prompt`, shape (m,), with n and m >= 1: nats per token under
 * `model` at temperature 1. Infinity if a token has probability 0. Takes one pass, or several if there are more than `logitsPerPass`
 * logits, in its own session. Rejects with `signal.reason` once aborted.
 */
export async function scoreOutput(model: CausalModel, prompt: Int32Array, output: Int32Array, options: ScoreOptions = {}): Promise<number> {
  const { signal, logitsPerPass = 2 ** 24 } = options;
  const sequence = concatTokens(prompt, output);
  const rowsPerPass = Math.max(1, Math.floor(logitsPerPass / model.vocabSize));
  const session = await model.createSession();
  try {
    let nats = 0;
    for (let scored = 0; scored < output.length;) {
      const rows = Math.min(rowsPerPass, output.length - scored);
      const first = prompt.length + scored;
      const logits = await session.forward(sequence.slice(session.length, first + rows - 1), { rows, signal });
      for (let index = 0; index < rows; index++) nats += negativeLogLikelihood(logits.row(index), sequence[first + index]!);
      scored += rows;
    }
    return nats / output.length;
  } finally {
    await session.dispose();
  }
}

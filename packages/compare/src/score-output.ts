import { type CausalModel, logSumExp } from "@decodekit/core";

export interface ScoreOptions {
  readonly signal?: AbortSignal | undefined;
  /** Logits read at a time at most, so that long outputs over large vocabularies fit into memory. @defaultValue 2^24 */
  readonly logitsPerPass?: number | undefined;
}

/**
 * Mean negative log-likelihood of `output`, shape (n,), after `prompt`, shape (m,), both >= 1: nats per token under
 * `model` at temperature 1. Infinity when the model holds one of the tokens impossible.
 * One pass, or a few when the logits are many, in a session of its own. Rejects with `signal.reason` once aborted.
 */
export async function scoreOutput(model: CausalModel, prompt: Int32Array, output: Int32Array, options: ScoreOptions = {}): Promise<number> {
  const { signal, logitsPerPass = 2 ** 24 } = options;
  const sequence = new Int32Array(prompt.length + output.length);
  sequence.set(prompt);
  sequence.set(output, prompt.length);
  const rowsPerPass = Math.max(1, Math.floor(logitsPerPass / model.vocabSize));
  const session = await model.createSession();
  try {
    let nats = 0;
    for (let scored = 0; scored < output.length;) {
      const rows = Math.min(rowsPerPass, output.length - scored);
      const first = prompt.length + scored;
      const logits = await session.forward(sequence.slice(session.length, first + rows - 1), { rows, signal });
      for (let index = 0; index < rows; index++) {
        const row = logits.row(index);
        nats += logSumExp(row) - row[sequence[first + index]!]!;
      }
      scored += rows;
    }
    return nats / output.length;
  } finally {
    await session.dispose();
  }
}

import { type CausalModel, logSumExp } from "@decodekit/core";

/** Logits are read this many at a time at most, so that long outputs over large vocabularies fit into memory. */
const LOGITS_PER_PASS = 2 ** 24;

/**
 * Mean negative log-likelihood of `output`, shape (n,), after `prompt`, shape (m,), both >= 1: nats per token under
 * `model` at temperature 1. Infinity when the model holds one of the tokens impossible.
 * One pass, or a few when the logits are many, in a session of its own. Rejects with `signal.reason` once aborted.
 */
export async function scoreOutput(model: CausalModel, prompt: Int32Array, output: Int32Array, signal?: AbortSignal): Promise<number> {
  const sequence = new Int32Array(prompt.length + output.length);
  sequence.set(prompt);
  sequence.set(output, prompt.length);
  const rowsPerPass = Math.max(1, Math.floor(LOGITS_PER_PASS / model.vocabSize));
  const session = await model.createSession();
  try {
    let nats = 0;
    for (let scored = 0; scored < output.length; ) {
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

import type { InferenceSession, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";

/** A sequence that is read with onnxruntime alone: no checks, events, rewinding or freeing. */
export interface BareSequence {
  /** Reads the next tokens; returns the logits after the last one. */
  read(tokens: ArrayLike<number>): Promise<Float32Array>;
}

/** Begins a sequence with a session of a decoder whose cache is float32. */
export function bareSequence(ort: typeof Ort, session: InferenceSession): BareSequence {
  let past: Record<string, Tensor> = {};
  for (const name of session.inputNames.filter((each) => each.startsWith("past_key_values"))) {
    const { shape } = session.inputMetadata.find((each) => each.name === name) as InferenceSession.TensorValueMetadata;
    past[name] = new ort.Tensor("float32", new Float32Array(0), [1, shape[1] as number, 0, shape[3] as number]);
  }
  let length = 0;
  return {
    async read(tokens) {
      const start = length;
      length += tokens.length;
      const count = tokens.length;
      const integers = (valueAt: (index: number) => number): Tensor =>
        new ort.Tensor(
          "int64",
          BigInt64Array.from({ length: count }, (_, index) => BigInt(valueAt(index))),
          [1, count],
        );
      const outputs = await session.run({
        ...past,
        input_ids: integers((index) => tokens[index]!),
        attention_mask: new ort.Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]),
        position_ids: integers((index) => start + index),
      });
      past = Object.fromEntries(Object.keys(past).map((name) => [name, outputs[name.replace("past_key_values", "present")] as Tensor]));
      const logits = outputs.logits as Tensor;
      return (logits.data as Float32Array).subarray((count - 1) * logits.dims[2]!);
    },
  };
}

/** Minimal greedy decoding with onnxruntime. */
export async function bareGreedy(
  ort: typeof Ort,
  session: InferenceSession,
  prompt: readonly number[],
  newTokens: number,
): Promise<number[]> {
  const sequence = bareSequence(ort, session);
  const output: number[] = [];
  let input = prompt;
  for (;;) {
    const row = await sequence.read(input);
    let best = 0;
    for (let index = 1; index < row.length; index++) if (row[index]! > row[best]!) best = index;
    output.push(best);
    if (output.length === newTokens) return output;
    input = [best];
  }
}

import type { InferenceSession, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";

/** Minimal greedy decoding with onnxruntime: no checks, events or rewinding. */
export async function bareGreedy(
  ort: typeof Ort,
  session: InferenceSession,
  prompt: readonly number[],
  newTokens: number,
): Promise<number[]> {
  const output: number[] = [];
  let past: Record<string, Tensor> = {};
  for (const name of session.inputNames.filter((each) => each.startsWith("past_key_values"))) {
    const { shape } = session.inputMetadata.find((each) => each.name === name) as InferenceSession.TensorValueMetadata;
    past[name] = new ort.Tensor("float32", new Float32Array(0), [1, shape[1] as number, 0, shape[3] as number]);
  }
  let input = prompt;
  let length = 0;
  for (;;) {
    const start = length;
    length += input.length;
    const outputs = await session.run({
      ...past,
      input_ids: new ort.Tensor("int64", BigInt64Array.from(input, BigInt), [1, input.length]),
      attention_mask: new ort.Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]),
      position_ids: new ort.Tensor(
        "int64",
        BigInt64Array.from(input, (_, index) => BigInt(start + index)),
        [1, input.length],
      ),
    });
    const logits = outputs.logits as Tensor;
    const vocabSize = logits.dims[2]!;
    const row = (logits.data as Float32Array).subarray((input.length - 1) * vocabSize);
    let best = 0;
    for (let index = 1; index < vocabSize; index++) if (row[index]! > row[best]!) best = index;
    output.push(best);
    if (output.length === newTokens) return output;
    past = Object.fromEntries(Object.keys(past).map((name) => [name, outputs[name.replace("past_key_values", "present")] as Tensor]));
    input = [best];
  }
}

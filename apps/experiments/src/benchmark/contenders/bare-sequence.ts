import type { InferenceSession, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";

export interface BareRuntime {
  readonly ort: typeof Ort;
  readonly session: InferenceSession;
}

/** A sequence that is read with onnxruntime and nothing else: no checks, events, rewinding or freeing. */
export interface BareSequence {
  /** Reads the next tokens; returns the logits that the graph returns, shape (1, rows, vocabSize). */
  read(tokens: ArrayLike<number>): Promise<Tensor>;
}

/** Begins a sequence with a session of a decoder whose cache is float32 or float16. */
export function bareSequence({ ort, session }: BareRuntime): BareSequence {
  let past = emptyCache({ ort, session });
  const hasPositions = session.inputNames.includes("position_ids");
  let length = 0;
  return {
    async read(tokens) {
      const start = length;
      length += tokens.length;
      const positions = BigInt64Array.from({ length: tokens.length }, (_, index) => BigInt(start + index));
      const outputs = await session.run({
        ...past,
        input_ids: new ort.Tensor("int64", BigInt64Array.from(tokens as ArrayLike<never>, BigInt), [1, tokens.length]),
        attention_mask: new ort.Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]),
        ...(hasPositions && { position_ids: new ort.Tensor("int64", positions, [1, tokens.length]) }),
      });
      past = Object.fromEntries(Object.keys(past).map((name) => [name, outputs[name.replace("past_key_values", "present")] as Tensor]));
      return outputs.logits as Tensor;
    },
  };
}

function emptyCache({ ort, session }: BareRuntime): Record<string, Tensor> {
  const cache: Record<string, Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor || !input.name.startsWith("past_key_values")) continue;
    const shape = [1, input.shape[1] as number, 0, input.shape[3] as number];
    const float16 = (globalThis as { readonly Float16Array?: new (length: number) => Uint16Array }).Float16Array ?? Uint16Array;
    cache[input.name] =
      input.type === "float16" ? new ort.Tensor("float16", new float16(0), shape) : new ort.Tensor("float32", new Float32Array(0), shape);
  }
  return cache;
}

import type { InferenceSession, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { Place } from "../place/place.ts";
import { type Contender, type DecodeLimits, digestOf } from "./contender.ts";

/** Greedy decoding with onnxruntime and nothing else: no checks, events or rewinding. */
export const bareLoop: Contender = {
  name: "bare loop",
  async open(place) {
    const ort = await place.runtime();
    const session = await openSession(ort, place);
    return {
      async decode({ tokens: prompt }, limits) {
        const started = performance.now();
        const { output, firstToken } = await bareGreedy({ ort, session }, prompt, limits);
        const milliseconds = performance.now() - started;
        return { tokens: output.length, firstTokenMilliseconds: firstToken - started, milliseconds, digest: digestOf(output) };
      },
      close: () => session.release(),
    };
  },
};

async function openSession(ort: typeof Ort, { execution, threads, readGraph }: Place): Promise<InferenceSession> {
  const { graph, externalData } = await readGraph();
  const options: InferenceSession.SessionOptions = {
    executionProviders: [execution === "native" ? "cpu" : "wasm"],
    logSeverityLevel: 3,
    ...(execution === "native" && { intraOpNumThreads: threads }),
    ...(externalData && { externalData }),
  };
  return typeof graph === "string" ? ort.InferenceSession.create(graph, options) : ort.InferenceSession.create(graph, options);
}

interface Runtime {
  readonly ort: typeof Ort;
  readonly session: InferenceSession;
}

async function bareGreedy(
  { ort, session }: Runtime,
  prompt: Int32Array,
  { maxNewTokens, stopTokens }: DecodeLimits,
): Promise<{ output: number[]; firstToken: number }> {
  const output: number[] = [];
  let firstToken = 0;
  let past = emptyCache({ ort, session });
  const hasPositions = session.inputNames.includes("position_ids");
  let input: ArrayLike<number> = prompt;
  let length = 0;
  for (;;) {
    const start = length;
    length += input.length;
    const positions = BigInt64Array.from({ length: input.length }, (_, index) => BigInt(start + index));
    const outputs = await session.run({
      ...past,
      input_ids: new ort.Tensor("int64", BigInt64Array.from(input as ArrayLike<never>, BigInt), [1, input.length]),
      attention_mask: new ort.Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]),
      ...(hasPositions && { position_ids: new ort.Tensor("int64", positions, [1, input.length]) }),
    });
    const best = likeliest(outputs.logits as Tensor);
    firstToken ||= performance.now();
    if (stopTokens.includes(best)) return { output, firstToken };
    output.push(best);
    if (output.length === maxNewTokens) return { output, firstToken };
    past = Object.fromEntries(Object.keys(past).map((name) => [name, outputs[name.replace("past_key_values", "present")] as Tensor]));
    input = [best];
  }
}

function emptyCache({ ort, session }: Runtime): Record<string, Tensor> {
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

/** Returns the likeliest token of the last row of float32 logits, shape (1, n, vocabSize). */
function likeliest({ data, dims, type }: Tensor): number {
  if (type !== "float32") throw new Error(`The bare loop reads logits of float32, and this file's are ${type}.`);
  const vocabSize = dims[2]!;
  const row = (data as Float32Array).subarray((dims[1]! - 1) * vocabSize);
  let best = 0;
  for (let index = 1; index < vocabSize; index++) if (row[index]! > row[best]!) best = index;
  return best;
}

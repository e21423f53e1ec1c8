import type { InferenceSession, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { Place } from "../place/place.ts";
import { bareSequence, type BareRuntime } from "./bare-sequence.ts";
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

async function bareGreedy(
  runtime: BareRuntime,
  prompt: Int32Array,
  { maxNewTokens, stopTokens }: DecodeLimits,
): Promise<{ output: number[]; firstToken: number }> {
  const sequence = bareSequence(runtime);
  const output: number[] = [];
  let firstToken = 0;
  let input: ArrayLike<number> = prompt;
  for (;;) {
    const best = likeliest(await sequence.read(input));
    firstToken ||= performance.now();
    if (stopTokens.includes(best)) return { output, firstToken };
    output.push(best);
    if (output.length === maxNewTokens) return { output, firstToken };
    input = [best];
  }
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

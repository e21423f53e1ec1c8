import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { type LlamaServerForTest, llamaServerForTest } from "../../../packages/remote/src/engines/llama-server/llama-server-for-tests.ts";

/** Serves a model of this process on loopback, with the paths and answers of a llama-server. `atEnd` gets what ends it. */
export async function serveAsLlamaServer(
  model: OnnxLanguageModel,
  atEnd: Parameters<typeof llamaServerForTest>[0],
): Promise<LlamaServerForTest> {
  const session = await model.causal.createSession();
  let read = new Int32Array(0);
  const readRow = async (tokens: Int32Array): Promise<Float32Array> => {
    const differs = tokens.findIndex((token, index) => token !== read[index]);
    const kept = Math.min(differs < 0 ? tokens.length : differs, tokens.length - 1);
    await session.rewindTo(kept);
    read = tokens.slice();
    return (await session.forward(tokens.slice(kept))).row(0);
  };
  // Clients may ask at once, and there is one session.
  let turn: Promise<unknown> = Promise.resolve();
  const rowAfter = (tokens: Int32Array): Promise<Float32Array> => {
    const row = turn.then(() => readRow(tokens));
    turn = row.catch(() => undefined);
    return row;
  };
  const { vocabSize, contextLength } = model.causal;
  const tokensOf = (text: string): number[] => [...model.tokenizer.encode(text, { addSpecialTokens: false })];
  return llamaServerForTest(atEnd, { vocabSize, contextLength, rowAfter, tokensOf });
}

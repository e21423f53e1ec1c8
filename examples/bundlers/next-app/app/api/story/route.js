// The model runs on the server: GET /api/story streams the text.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models/stories";

let model;

export async function GET(request) {
  model ??= loadModel(stories);
  const prompt = "Once upon a time, there was a little girl named Lily.";
  const { textStream } = generate(await model, prompt, { decoder: greedy(), maxNewTokens: 64, signal: request.signal });
  return new Response(ReadableStream.from(withPrompt(prompt, textStream)).pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

async function* withPrompt(prompt, textStream) {
  yield prompt;
  yield* textStream;
}

// The model runs on the server: GET /api/story streams the text.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models/stories";

let model;

export default async function handler(request, response) {
  model ??= loadModel(stories);
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  response.setHeader("content-type", "text/plain; charset=utf-8");
  const prompt = "Once upon a time, there was a little girl named Lily.";
  response.write(prompt);
  const { textStream } = generate(await model, prompt, { decoder: greedy(), maxNewTokens: 64, signal: controller.signal });
  for await (const text of textStream) response.write(text);
  response.end();
}

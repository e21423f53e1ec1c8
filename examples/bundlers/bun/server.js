// Streams a story over HTTP. A client that leaves ends its decode.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models/stories";

const model = await loadModel(stories);
const prompt = "Once upon a time, there was a little girl named Lily.";

async function* story(signal) {
  yield prompt;
  yield* generate(model, prompt, { decoder: greedy(), maxNewTokens: 64, signal }).textStream;
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.PORT ?? 8080),
  fetch: ({ signal }) => new Response(story(signal), { headers: { "content-type": "text/plain; charset=utf-8" } }),
});
console.log(server.url.href);

// Streams a story over HTTP. A client that leaves ends its decode.
import { createServer } from "node:http";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models/stories";

const model = await loadModel(stories);
const prompt = "Once upon a time, there was a little girl named Lily.";

async function answer(response) {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.write(prompt);
  const { textStream } = generate(model, prompt, { decoder: greedy(), maxNewTokens: 64, signal: controller.signal });
  for await (const text of textStream) response.write(text);
  response.end();
}

const server = createServer((request, response) => void answer(response));

server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));

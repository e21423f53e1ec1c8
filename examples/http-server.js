// Streams generated text over HTTP: GET /?prompt=Once+upon+a+time. A client that leaves ends its decode.
import { createServer } from "node:http";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { promptLookup, speculative } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";

const model = await loadModel(stories);
const decoder = speculative({ drafter: promptLookup() });

async function answer(prompt, response) {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  response.setHeader("content-type", "text/plain; charset=utf-8");
  try {
    const { textStream } = generate(model, prompt, { decoder, maxNewTokens: 100, signal: controller.signal });
    for await (const piece of textStream) response.write(piece);
    response.end("\n");
  } catch (error) {
    // An error of decodekit says what was wrong with the request, such as a prompt that is too long.
    if (response.headersSent) response.destroy(error);
    else response.writeHead(400).end(`${error.message}\n`);
  }
}

const server = createServer((request, response) => {
  const prompt = new URL(request.url, "http://localhost").searchParams.get("prompt");
  if (prompt) void answer(prompt, response);
  else response.writeHead(400).end("Give a prompt: /?prompt=Once+upon+a+time\n");
});

server.listen(Number(process.argv[2] ?? 8080), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/?prompt=Once+upon+a+time`);
});
process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void model.dispose();
});

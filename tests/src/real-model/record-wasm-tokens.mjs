// Writes transformers-js-wasm-tokens.json: node tests/src/real-model/record-wasm-tokens.mjs [kinds…], with the models in DECODEKIT_CACHE.
// transformers.js runs on onnxruntime-web in Node. WASM computes the same on every machine, so the tokens are those of a page, too.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as web from "onnxruntime-web";
import { transformersJsTokens } from "./transformers-js.mjs";

const NEW_TOKENS = 8;
// transformers.js takes the runtime that it finds here.
globalThis[Symbol.for("onnxruntime")] = web;
const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
const conversations = read("conversations.json");
const cache = process.env.DECODEKIT_CACHE ?? new URL("../../.cache", import.meta.url).pathname;
const versionOf = (name) =>
  JSON.parse(
    readFileSync(
      createRequire(import.meta.url)
        .resolve(name)
        .replace(/dist\/.*/, "package.json"),
      "utf8",
    ),
  ).version;
const source = `transformers.js ${versionOf("@huggingface/transformers")} on onnxruntime-web ${versionOf("onnxruntime-web")} (WASM), greedy, SmolLM2-135M-Instruct (Apache-2.0)`;
const { kinds } = read("transformers-js-wasm-tokens.json");
const names = process.argv.slice(2);
for (const kind of read("kinds.json").filter(({ isExact }) => !isExact)) {
  if (names.length > 0 && !names.includes(kind.name)) continue;
  const cases = await transformersJsTokens(kind, { cache, conversations, newTokens: NEW_TOKENS, execution: "wasm" });
  kinds[kind.name] = cases.map(({ name, tokens }) => ({ name, tokens }));
  writeFileSync(new URL("transformers-js-wasm-tokens.json", import.meta.url), `${JSON.stringify({ source, kinds }, null, 2)}\n`);
}

// Requests that begin alike, and the turns of a conversation, cost their new tokens only: the model keeps what it has read.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";

const model = withPrefixCache(await loadModel(stories), { maxBytes: 64 * 2 ** 20 });
const beginning =
  "Lily and her dog Max lived in a small house near a big forest. Every morning they went for a long walk. " +
  "Lily carried a red bag with bread and apples, and Max ran ahead and looked for sticks. ";

async function ask(prompt) {
  const before = model.prefixCache.statistics();
  const { text } = await generate(model, prompt, { decoder: greedy(), maxNewTokens: 30 }).result;
  const { positionsReused } = model.prefixCache.statistics();
  console.log(`${positionsReused - before.positionsReused} of ${model.tokenizer.encode(prompt).length} prompt tokens reused`);
  console.log(`  …${prompt.slice(-40)}|${text}\n`);
  return prompt + text;
}

console.log("One beginning, three requests:");
for (const next of ["One day it rained. ", "One day they met a cat. ", "One day Max found a key. "]) await ask(beginning + next);

console.log("A text in turns:");
let told = "Tom had a boat.";
for (const next of [" Then", " The next day", " In the end"]) told = await ask(told + next);

const { sequences, bytes } = model.prefixCache.statistics();
console.log(`${sequences} sequences kept, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
await model.dispose();

// Runs decoders on the model, side by side.
import { builtInDecoders, compare, parseDecoder } from "@decodekit/compare";
import { myStrategy } from "./dist/index.js";

const model = myStrategy("the cat sat on the mat and the cat ran. the cat sat on the mat and the dog ran.");
const decoders = ["greedy", "top-p:p=0.9", "speculative:drafter=suffix"].map((each) => parseDecoder(each, builtInDecoders, model));
const report = await compare({ model, decoders, prompts: ["the c"], maxNewTokens: 32 });
for (const { decoder, passesPer1000Tokens, text } of report.runs)
  console.log(decoder, Math.round(passesPer1000Tokens ?? 0), JSON.stringify(text));

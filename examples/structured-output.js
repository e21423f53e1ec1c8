// Output that follows a JSON schema, sampled like llama.cpp does, with drafts of what the schema leaves no choice about.
import { compileConstraint, forcedTokens, jsonSchema } from "@decodekit/constraints";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { llamaCpp } from "@decodekit/samplers";
import { speculative } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";

const schema = {
  type: "object",
  properties: {
    hero: { enum: ["a cat", "a dog", "a little girl"] },
    friends: { type: "array", items: { enum: ["a bird", "a fish", "a bear"] }, maxItems: 3 },
    title: { type: "string", minLength: 5, maxLength: 30 },
  },
  required: ["hero", "friends", "title"],
};

const model = await loadModel(stories);
const constraint = compileConstraint(model, jsonSchema(schema), { maxNewTokens: 200 });
const sampler = llamaCpp({ temperature: 0.7, top_k: 20 });
console.log(`Sampler: ${sampler.toString()}`);

const decoder = speculative({ drafter: forcedTokens(constraint), sampler });
const options = { decoder, processors: [constraint.processor], maxNewTokens: 200, seed: 3 };
const { text, tokens, statistics } = await generate(model, "Once upon a time, there was ", options).result;
console.log(JSON.parse(text));
console.log(`${tokens.length} tokens in ${statistics.targetPasses} passes`);
await model.dispose();

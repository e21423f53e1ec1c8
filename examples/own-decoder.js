// Contrastive decoding (arXiv:2210.15097): among the tokens that the model finds likely, takes the one whose
// log-probability exceeds the draft model's by most. One pass of each model per token.
import { argmax, defineDecoder, generate, logSoftmax } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { stories, storiesDraft } from "@decodekit/tiny-models";

export function contrastive({ threshold = 0.1 } = {}) {
  return defineDecoder({
    name: "contrastive",
    requires: ["causal", "draft"],
    async *run(context) {
      const [model, amateur] = [await context.openSession("causal"), await context.openSession("draft")];
      let unread = context.tokens;
      for (let phase = "prefill"; ; phase = "decode") {
        const expert = logSoftmax((yield* model.forward(unread, phase)).row(0));
        const weak = logSoftmax((yield* amateur.forward(unread, phase)).row(0));
        const limit = expert[argmax(expert)] + Math.log(threshold);
        const scores = expert.map((value, token) => (value >= limit ? value - weak[token] : -Infinity));
        unread = Int32Array.of(argmax(scores));
        const finishReason = yield* context.commit(unread);
        if (finishReason) return finishReason;
      }
    },
  });
}

const [model, draft] = [await loadModel(stories), await loadModel(storiesDraft)];
const prompt = "The little dog wanted to";
const generation = generate(model, prompt, { decoder: contrastive(), draft, maxNewTokens: 60 });
const { text, statistics } = await generation.result;
console.log(`${prompt}${text}\n\n${statistics.targetPasses} passes of the model, ${statistics.tokens} tokens`);
await Promise.all([model.dispose(), draft.dispose()]);

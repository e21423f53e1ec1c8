import { type CausalModel, type LanguageModel, softmax } from "@decodekit/core";
import { overlap } from "./canvas-measures.ts";
import { storyTokens } from "./story-tokens.ts";

/** Mean Σ min(p, q) of a draft model q against the target p on true prefixes: the chance that its token is accepted at temperature 1. */
export async function draftAcceptance(model: LanguageModel, draft: CausalModel, stories: readonly string[]): Promise<number> {
  let sum = 0;
  let count = 0;
  for (const story of stories) {
    const { tokens } = storyTokens(model, story);
    const [target, guess] = await Promise.all([model.causal!.createSession(), draft.createSession()]);
    const input = tokens.subarray(0, -1);
    const [p, q] = await Promise.all([target.forward(input, { rows: "all" }), guess.forward(input, { rows: "all" })]);
    for (let row = 0; row < input.length; row++) sum += overlap(softmax(p.row(row)), softmax(q.row(row)));
    count += input.length;
    await Promise.all([target.dispose(), guess.dispose()]);
  }
  return sum / count;
}

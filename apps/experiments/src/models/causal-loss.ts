import { type LanguageModel } from "@decodekit/core";
import { negativeLogLikelihood } from "@decodekit/core/toolkit";
import { storyTokens } from "../tasks/story-tokens.ts";

export interface CausalLoss {
  readonly natsPerToken: number;
  readonly natsPerCharacter: number;
  readonly tokens: number;
}

/** Returns the mean negative log-likelihood of stories, each in its own session and including the end token. */
export async function causalLoss(model: LanguageModel, stories: readonly string[]): Promise<CausalLoss> {
  let nats = 0;
  let predicted = 0;
  let spelled = 0;
  for (const story of stories) {
    const { tokens, characters } = storyTokens(model, story);
    const session = await model.causal!.createSession();
    const logits = await session.forward(tokens.subarray(0, -1), { rows: "all" });
    for (let index = 1; index < tokens.length; index++) nats += negativeLogLikelihood(logits.row(index - 1), tokens[index]!);
    await session.dispose();
    predicted += tokens.length - 1;
    spelled += characters;
  }
  return { natsPerToken: nats / predicted, natsPerCharacter: nats / spelled, tokens: predicted };
}

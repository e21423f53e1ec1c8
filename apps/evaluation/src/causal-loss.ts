import { type LanguageModel, logSumExp } from "@decodekit/core";
import { storyTokens } from "./story-tokens.ts";

export interface CausalLoss {
  readonly natsPerToken: number;
  readonly natsPerCharacter: number;
  readonly tokens: number;
}

/** Mean negative log-likelihood of whole stories, each on its own, the end token included. */
export async function causalLoss(model: LanguageModel, stories: readonly string[]): Promise<CausalLoss> {
  let nats = 0;
  let predicted = 0;
  let spelled = 0;
  for (const story of stories) {
    const { tokens, characters } = storyTokens(model, story);
    const session = await model.causal!.createSession();
    const logits = await session.forward(tokens.subarray(0, -1), { rows: "all" });
    for (let index = 1; index < tokens.length; index++) nats += surprise(logits.row(index - 1), tokens[index]!);
    await session.dispose();
    predicted += tokens.length - 1;
    spelled += characters;
  }
  return { natsPerToken: nats / predicted, natsPerCharacter: nats / spelled, tokens: predicted };
}

/** Negative log-probability of `token`, in nats. */
export function surprise(row: Float32Array, token: number): number {
  return logSumExp(row) - row[token]!;
}

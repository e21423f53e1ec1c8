import { generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { editPrompt } from "./edit-task.ts";
import { NAMES } from "./openings.ts";

/** Returns the greedy output of the model after each opening, as tokens. */
export async function earlierOutputs(model: LanguageModel, openings: readonly string[], tokens: number): Promise<Int32Array[]> {
  const outputs: Int32Array[] = [];
  for (const opening of openings) outputs.push((await generate(model, opening, { decoder: greedy(), maxNewTokens: tokens }).result).tokens);
  return outputs;
}

/**
 * Returns prompts of the edit task over the model's own greedy stories: the whole sentences of a story, and "rename X to Y". X is the first
 * name in `NAMES` that is in the story, Y the first that is not.
 */
export async function editPrompts(model: LanguageModel, openings: readonly string[], storyTokens: number): Promise<string[]> {
  const prompts: string[] = [];
  for (const opening of openings) {
    const { text } = await generate(model, opening, { decoder: greedy(), maxNewTokens: storyTokens }).result;
    const story = /^.*[.!?]"?/s.exec(`${opening}${text}`)![0];
    const old = NAMES.find((name) => story.includes(name))!;
    prompts.push(editPrompt({ original: story, old, new: NAMES.find((name) => !story.includes(name))! }));
  }
  return prompts;
}

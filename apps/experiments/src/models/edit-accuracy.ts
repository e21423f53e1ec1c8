import { type Decoder, generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { adaptive, editAbove, refine, threshold } from "@decodekit/refinement";
import { editLength, editPrompt, type EditTask } from "../tasks/edit-task.ts";
import { excerptOf } from "../tasks/excerpt-of.ts";

const fromCopy = { select: threshold(), schedule: adaptive(), blockLength: 32, original: excerptOf };

/** Decoders that edit, all at temperature 0. */
export const editDecoders: Readonly<Record<string, Decoder<"causal"> | Decoder<"masked">>> = {
  greedy: greedy(),
  "canvas, from masks": refine({ ...fromCopy, original: undefined }),
  "canvas, from a copy": refine(fromCopy),
  "canvas, from a copy, revising": refine({ ...fromCopy, revise: editAbove({ threshold: 0.5 }) }),
};

export interface EditAccuracy {
  /** Share of the tasks answered exactly, including the end. */
  readonly exact: number;
  readonly passesPer1000Tokens: number;
}

/** Counts the tasks that the decoder answers exactly. */
export async function editAccuracy(
  model: LanguageModel,
  decoder: Decoder<"causal"> | Decoder<"masked">,
  tasks: readonly EditTask[],
): Promise<EditAccuracy> {
  let exact = 0;
  let passes = 0;
  let tokens = 0;
  for (const task of tasks) {
    const options = { decoder, maxNewTokens: editLength(model, task) };
    const { text, tokens: written, finishReason, statistics } = await generate(model, editPrompt(task), options).result;
    if (finishReason === "stop" && text === task.changed) exact++;
    tokens += written.length;
    for (const count of Object.values(statistics.passes)) passes += count;
  }
  return { exact: exact / tasks.length, passesPer1000Tokens: (1000 * passes) / tokens };
}

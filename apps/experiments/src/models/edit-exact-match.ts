import { generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { editLength, editPrompt, type EditTask } from "../tasks/edit-task.ts";

/** Returns the share of tasks that greedy decoding answers exactly, including the end. */
export async function editExactMatch(model: LanguageModel, tasks: readonly EditTask[]): Promise<number> {
  let exact = 0;
  for (const task of tasks) {
    const options = { decoder: greedy(), maxNewTokens: editLength(model, task) };
    const { text, finishReason } = await generate(model, editPrompt(task), options).result;
    if (finishReason === "stop" && text === task.changed) exact++;
  }
  return exact / tasks.length;
}

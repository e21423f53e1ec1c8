import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";

/** "Repeat this with another name": how it is asked of the story model, and what it should answer. */
export interface EditTask {
  readonly original: string;
  readonly old: string;
  readonly new: string;
  readonly changed: string;
}

/** Where in the corpus a task is: a story by the beginning of its SHA-256, and characters [start, start + length) of it. */
interface EditReference {
  readonly story: string;
  readonly start: number;
  readonly length: number;
  readonly old: string;
  readonly new: string;
}

const REFERENCES = new URL("../../../packages/tiny-models/golden/edits.json", import.meta.url);

/** The 50 tasks of the evaluation set, all in held-out `stories`. */
export function readEditTasks(stories: readonly string[]): EditTask[] {
  const byDigest = new Map(stories.map((story) => [createHash("sha256").update(story).digest("hex").slice(0, 16), story]));
  const references = JSON.parse(readFileSync(REFERENCES, "utf8")) as EditReference[];
  return references.map(({ story: digest, start, length, old, new: replacement }) => {
    const story = byDigest.get(digest);
    if (story === undefined)
      throw new Error(`${REFERENCES.pathname}: story ${digest} is not in the corpus. Use the corpus that the models were trained on.`);
    const original = story.slice(start, start + length);
    return { original, old, new: replacement, changed: original.replaceAll(new RegExp(`\\b${old}\\b`, "g"), replacement) };
  });
}

const EDIT_MARK = "<|edit|>";

/** Share of the tasks that greedy decoding answers exactly, ending included. */
export async function editExactMatch(model: LanguageModel, tasks: readonly EditTask[]): Promise<number> {
  let exact = 0;
  for (const task of tasks) {
    const prompt = `${task.original}${EDIT_MARK} rename ${task.old} to ${task.new}${EDIT_MARK}`;
    const room = model.tokenizer.encode(task.changed).length + 8;
    const { text, finishReason } = await generate(model, prompt, { decoder: greedy(), maxNewTokens: room }).result;
    if (finishReason === "stop" && text === task.changed) exact++;
  }
  return exact / tasks.length;
}

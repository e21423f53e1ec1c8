import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { LanguageModel } from "@decodekit/core";

/** An edit task for the story model, "repeat this with another name", and its correct answer. */
export interface EditTask {
  readonly original: string;
  readonly old: string;
  readonly new: string;
  readonly changed: string;
}

/**
 * The place of a task in the corpus: characters [start, start + length) of a story, which is named by the first 16 digits of its SHA-256.
 */
interface EditReference {
  readonly story: string;
  readonly start: number;
  readonly length: number;
  readonly old: string;
  readonly new: string;
}

const REFERENCES = new URL("../../../../packages/tiny-models/golden/edits.json", import.meta.url);

/** Reads the 50 tasks of the evaluation set, all in held-out `stories`. @throws Error if a story is missing. */
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

/** Returns the prompt that makes the story model rename, see its model card. */
export function editPrompt({ original, old, new: replacement }: Pick<EditTask, "original" | "old" | "new">): string {
  return `${original}${EDIT_MARK} rename ${old} to ${replacement}${EDIT_MARK}`;
}

/** Returns a token limit for an answer: its length with its end, and a margin. */
export function editLength({ tokenizer }: Pick<LanguageModel, "tokenizer">, { changed }: EditTask): number {
  return tokenizer.encode(changed).length + 8;
}

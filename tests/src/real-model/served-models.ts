import type { ModelSource } from "@decodekit/core/onnx";
import { inject } from "vitest";
import type { Kind } from "./kinds.ts";

/** URL of the cache folder in a page; undefined if it lacks the chat model. */
export const served = inject("realModels");

const SHARED = [
  "config.json",
  "generation_config.json",
  "genai_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
];

/** URL of the folder of a kind. */
export function urlOf({ folder }: Kind): string {
  return `${served}${folder}/`;
}

/** Returns the files of a kind as a user picks them with their folder. Chromium keeps such large files on disk. */
export async function pickedFiles(kind: Kind): Promise<ModelSource> {
  const names = [...SHARED, kind.modelFile, `${kind.modelFile}_data`, `${kind.modelFile}.data`];
  const files = await Promise.all(
    names.map(async (name) => {
      const response = await fetch(urlOf(kind) + name);
      if (!response.ok) return [];
      const file = new File([await response.blob()], name.slice(name.lastIndexOf("/") + 1));
      return [Object.defineProperty(file, "webkitRelativePath", { value: `picked/${name}` })];
    }),
  );
  return files.flat();
}

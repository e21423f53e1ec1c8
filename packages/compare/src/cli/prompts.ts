import { readFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../usage-error.ts";

/** A file name relative to `folder`. */
export interface PromptFile {
  readonly name: string;
  readonly folder: string;
}

const DEFAULT_PROMPTS: readonly string[] = ["Once upon a time"];

/**
 * Returns the prompts given one by one, then those of the file; a default prompt if there are none.
 * @throws UsageError for an invalid file.
 */
export async function readPrompts(given: readonly string[] = [], file?: PromptFile): Promise<readonly string[]> {
  const prompts = file === undefined ? given : [...given, ...(await readPromptFile(file))];
  return prompts.length > 0 ? prompts : DEFAULT_PROMPTS;
}

/** Reads one prompt per line; in a *.jsonl file, each line is an object with a "prompt". Skips empty lines. */
async function readPromptFile({ name: file, folder }: PromptFile): Promise<string[]> {
  let content: string;
  try {
    content = await readFile(path.resolve(folder, file), "utf8");
  } catch (error) {
    throw new UsageError(`--prompts: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
  const lines = content.replace(/^\uFEFF/, "").split(/\r?\n/);
  const parse = file.endsWith(".jsonl") ? (line: string, index: number) => promptOf(line, `${file}:${index + 1}`) : (line: string) => line;
  const prompts = lines.flatMap((line, index) => (line.trim() === "" ? [] : [parse(line, index)]));
  if (prompts.length === 0) throw new UsageError(`--prompts: ${file} contains no prompt. Write one prompt per line.`);
  return prompts;
}

function promptOf(line: string, place: string): string {
  const expected = 'a line of a .jsonl file must be an object whose "prompt" is a string';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError(`--prompts: ${place}: ${expected}, got invalid JSON.`);
  }
  if (typeof value === "object" && value !== null && "prompt" in value && typeof value.prompt === "string") return value.prompt;
  throw new UsageError(`--prompts: ${place}: ${expected}.`);
}

import { readFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "./usage-error.ts";

/** A file as it was named, seen from `folder`. */
export interface PromptFile {
  readonly name: string;
  readonly folder: string;
}

const DEFAULT_PROMPTS: readonly string[] = ["Once upon a time"];

/** The prompts given one by one, then those of the file; one of our own when there are none. @throws UsageError */
export async function readPrompts(given: readonly string[] = [], file?: PromptFile): Promise<readonly string[]> {
  const prompts = file === undefined ? given : [...given, ...(await readPromptFile(file))];
  return prompts.length > 0 ? prompts : DEFAULT_PROMPTS;
}

/** One prompt per line; in a file named *.jsonl each line is an object with a "prompt". Empty lines do not count. */
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
  if (prompts.length === 0) throw new UsageError(`--prompts: ${file} holds no prompt. Write one per line.`);
  return prompts;
}

function promptOf(line: string, place: string): string {
  const expected = 'a line of a .jsonl file must be an object with a text "prompt"';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError(`--prompts: ${place}: ${expected}, got no JSON.`);
  }
  if (typeof value === "object" && value !== null && "prompt" in value && typeof value.prompt === "string") return value.prompt;
  throw new UsageError(`--prompts: ${place}: ${expected}.`);
}

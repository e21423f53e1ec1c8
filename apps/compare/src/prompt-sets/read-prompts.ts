import { MAX_PROMPT_LENGTH } from "../url/settings.ts";
import { MAX_FILE_BYTES, MAX_PROMPTS } from "./prompt-set.ts";

/** Why a text holds no valid prompts. `line` counts from 1. */
export type PromptProblem =
  | { readonly kind: "too-large" | "not-utf8" | "empty" }
  | { readonly kind: "too-many" | "too-long" | "not-json" | "no-prompt" | "quotes" | "no-value"; readonly line: number }
  | { readonly kind: "no-column"; readonly line: number; readonly columns: readonly string[] };

export class PromptError extends Error {
  readonly problem: PromptProblem;

  constructor(problem: PromptProblem) {
    super(`The prompts cannot be read: ${problem.kind}${"line" in problem ? ` in line ${problem.line}` : ""}.`);
    this.name = "PromptError";
    this.problem = problem;
  }
}

/** How a text holds prompts: one per line; an object with a `prompt` per line; a table with a column `prompt`. */
type PromptFormat = "lines" | "jsonl" | "csv";

interface PlacedPrompt {
  readonly prompt: string;
  readonly line: number;
}

/**
 * Reads a *.jsonl, *.csv or *.tsv file, or any other with one prompt per line, as UTF-8.
 * @throws PromptError
 */
export async function readPromptFile(file: File): Promise<readonly string[]> {
  if (file.size > MAX_FILE_BYTES) throw new PromptError({ kind: "too-large" });
  const bytes = await file.arrayBuffer();
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new PromptError({ kind: "not-utf8" });
  }
  return readPrompts(text, formatOf(file.name));
}

function formatOf(name: string): PromptFormat {
  if (/\.(jsonl|ndjson)$/i.test(name)) return "jsonl";
  return /\.(csv|tsv)$/i.test(name) ? "csv" : "lines";
}

/**
 * Returns the prompts of a text, between 1 and `MAX_PROMPTS`, as `decodekit compare --prompts` does for lines and JSONL. Skips empty lines,
 * and keeps spaces.
 * @throws PromptError
 */
export async function readPrompts(text: string, format: PromptFormat): Promise<readonly string[]> {
  const content = text.replace(/^\uFEFF/, "");
  return promptsOf(format === "csv" ? await readTable(content) : readLines(content, format));
}

/**
 * Returns the prompts of a text with one prompt per line, at once.
 * @throws PromptError
 */
export function readPromptLines(text: string): readonly string[] {
  return promptsOf(readLines(text, "lines"));
}

function promptsOf(placed: readonly PlacedPrompt[]): readonly string[] {
  const prompts = placed.filter(({ prompt }) => prompt.trim() !== "");
  if (prompts.length === 0) throw new PromptError({ kind: "empty" });
  const tooLong = prompts.find(({ prompt }) => prompt.length > MAX_PROMPT_LENGTH);
  if (tooLong) throw new PromptError({ kind: "too-long", line: tooLong.line });
  const tooMany = prompts[MAX_PROMPTS];
  if (tooMany) throw new PromptError({ kind: "too-many", line: tooMany.line });
  return prompts.map(({ prompt }) => prompt);
}

function readLines(content: string, format: "lines" | "jsonl"): readonly PlacedPrompt[] {
  return content.split(/\r?\n/).flatMap((text, index) => {
    const line = index + 1;
    if (text.trim() === "") return [];
    return { prompt: format === "jsonl" ? promptOf(text, line) : text, line };
  });
}

function promptOf(text: string, line: number): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PromptError({ kind: "not-json", line });
  }
  if (typeof value === "object" && value !== null && "prompt" in value && typeof value.prompt === "string") return value.prompt;
  throw new PromptError({ kind: "no-prompt", line });
}

const isColumn = (cell: string): boolean => cell.trim().toLowerCase() === "prompt";

async function readTable(content: string): Promise<readonly PlacedPrompt[]> {
  const [header, ...rows] = await rowsOf(content);
  if (!header) throw new PromptError({ kind: "empty" });
  const column = header.cells.findIndex(isColumn);
  if (column < 0) throw new PromptError({ kind: "no-column", line: header.line, columns: header.cells.map((cell) => cell.trim()) });
  return rows.map(({ cells, line }) => {
    const prompt = cells[column];
    if (prompt === undefined) throw new PromptError({ kind: "no-value", line });
    return { prompt, line };
  });
}

interface Row {
  readonly cells: readonly string[];
  /** The line in which it begins: a quoted cell may contain line breaks. */
  readonly line: number;
}

async function rowsOf(content: string): Promise<readonly Row[]> {
  const { default: Papa } = await import("papaparse");
  const header = content.split(/\r?\n/).find((line) => line.trim() !== "") ?? "";
  // The library's own guess counts delimiters, and texts are full of commas.
  const delimiter = [",", ";", "\t"].find((each) => Papa.parse<string[]>(header, { delimiter: each }).data[0]?.some(isColumn)) ?? ",";
  const rows: Row[] = [];
  let start = 0;
  let line = 1;
  Papa.parse<string[]>(content, {
    delimiter,
    step({ data, errors, meta }) {
      if (errors.some(({ type }) => type === "Quotes")) throw new PromptError({ kind: "quotes", line });
      if (data.some((cell) => cell.trim() !== "")) rows.push({ cells: data, line });
      line += content.slice(start, meta.cursor).split("\n").length - 1;
      start = meta.cursor;
    },
  });
  return rows;
}

import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** Results by key in a file of JSON lines, written one by one, so that a run that was stopped goes on where it was. */
export interface ResultLines<Result> {
  get(key: string): Result | undefined;
  add(key: string, result: Result): void;
}

/** Opens the results in `file`, or new ones that are kept in memory only. A last line that was cut short is ignored. */
export function openResultLines<Result>(file: string | undefined): ResultLines<Result> {
  const results = new Map<string, Result>();
  let separator = "";
  if (file !== undefined && existsSync(file)) {
    const text = readFileSync(file, "utf8");
    if (!text.endsWith("\n") && text !== "") separator = "\n";
    for (const line of text.split("\n")) {
      const entry = parse(line) as { readonly key: string; readonly result: Result } | undefined;
      if (entry) results.set(entry.key, entry.result);
    }
  }
  return {
    get: (key) => results.get(key),
    add(key, result) {
      results.set(key, result);
      if (file === undefined) return;
      appendFileSync(file, `${separator}${JSON.stringify({ key, result })}\n`);
      separator = "";
    },
  };
}

/** Returns undefined for what is not JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

import { ModelLoadError } from "../errors.ts";
import { describeContent, type FileContent, indicatesAbsence } from "./file-content.ts";
import type { ModelFolder } from "./model-folder.ts";

/** A JSON file that holds an object. */
export interface JsonFile {
  /** URL, path or name of the file, for messages. */
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A JSON file that was read, and takes many times its size once it is parsed. */
export interface JsonText {
  /** URL, path or name of the file, for messages. */
  readonly source: string;
  /** @throws ModelLoadError if it is not a JSON object. */
  parse(): JsonFile;
}

/** Reads a JSON file without parsing it. @throws ModelLoadError if the file is missing. */
export async function readJsonText(folder: ModelFolder, path: string): Promise<JsonText> {
  const source = folder.describe(path);
  const content = await folder.need(path);
  return { source, parse: () => parse(source, content) };
}

/** Reads a JSON file. @throws ModelLoadError if the file is missing or not a JSON object. */
export async function readJson(folder: ModelFolder, path: string): Promise<JsonFile> {
  return parse(folder.describe(path), await folder.need(path));
}

/** Like `readJson`, but returns undefined if the file is missing. @throws ModelLoadError if it is not a JSON object. */
export async function readOptionalJson(folder: ModelFolder, path: string): Promise<JsonFile | undefined> {
  const content = await folder.read(path);
  return "absent" in content || indicatesAbsence(content) ? undefined : parse(folder.describe(path), content);
}

function parse(source: string, content: FileContent): JsonFile {
  let values: unknown;
  try {
    values = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content.bytes));
  } catch (error) {
    throw new ModelLoadError(source, `is not valid JSON (${(error as Error).message}): ${describeContent(content)}.`, error);
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new ModelLoadError(source, `must hold a JSON object: ${describeContent(content)}.`);
  }
  return { source, values: values as JsonFile["values"] };
}

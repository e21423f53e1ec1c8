import { ModelLoadError } from "../errors.ts";
import { describeContent, type FileContent, tellsAbsence } from "./file-content.ts";
import type { ModelFolder } from "./model-folder.ts";

/** A JSON file that holds an object. */
export interface JsonFile {
  /** URL, path or name of the file, for messages. */
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** @throws ModelLoadError when the file is not there or is no JSON object. */
export async function readJson(folder: ModelFolder, path: string): Promise<JsonFile> {
  return parse(folder.describe(path), await folder.need(path));
}

/** The same; undefined when the file is not there, however a server tells it. @throws ModelLoadError when it is no JSON object. */
export async function readOptionalJson(folder: ModelFolder, path: string): Promise<JsonFile | undefined> {
  const content = await folder.read(path);
  return "absent" in content || tellsAbsence(content) ? undefined : parse(folder.describe(path), content);
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

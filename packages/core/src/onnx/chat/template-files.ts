import { ModelLoadError } from "../../errors.ts";
import { describeContent, type FileContent } from "../file-content.ts";
import type { JsonFile } from "../json-file.ts";
import { readOptionalJson } from "../json-file.ts";
import type { ModelFolder } from "../model-folder.ts";

/** The chat templates of a model. */
export interface TemplateTexts {
  /** URL, path or name of the file that they come from, for messages. */
  readonly source: string;
  /** Texts by name; at least one. A single template has the name "default". */
  readonly texts: ReadonlyMap<string, string>;
}

/** Names of templates that lie in files of their own, in the folder `additional_chat_templates`, beside `chat_template.jinja`. */
const ADDITIONAL = ["tool_use", "rag"];

/**
 * Reads the files that hold nothing but chat templates: `chat_template.jinja` with `additional_chat_templates/tool_use.jinja` and `rag.jinja`,
 * or else `chat_template.json`. Returns undefined without one. @throws ModelLoadError if one is not valid.
 */
export async function readTemplateFile(folder: ModelFolder): Promise<TemplateTexts | undefined> {
  const path = "chat_template.jinja";
  const reading = readOptionalJson(folder, "chat_template.json");
  // If the other file is there, a problem of this one does not matter.
  reading.catch(() => undefined);
  const text = await readText(folder, path);
  if (text !== undefined) {
    const read = async (name: string) => [name, await readText(folder, `additional_chat_templates/${name}.jinja`)] as const;
    const more = await Promise.all(ADDITIONAL.map(read));
    const texts = new Map([["default", text]]);
    for (const [name, each] of more) if (each !== undefined) texts.set(name, each);
    return { source: folder.describe(path), texts };
  }
  const file = await reading;
  return file && textsIn(file);
}

/** Returns the text of a file, or undefined if it is missing. @throws ModelLoadError if it is not valid UTF-8. */
async function readText(folder: ModelFolder, path: string): Promise<string | undefined> {
  const content = await folder.read(path);
  if ("absent" in content || isPage(content)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content.bytes);
  } catch (error) {
    throw new ModelLoadError(folder.describe(path), `is not valid UTF-8: ${describeContent(content)}.`, error);
  }
}

/**
 * Returns whether a server answered with nothing or with a page instead of the missing file. A template may begin with "<", too, so only
 * the usual beginnings of a page count.
 */
function isPage({ bytes, answer }: FileContent): boolean {
  if (answer === undefined) return false;
  return bytes.length === 0 || /^\s*<(?:!doctype|html|head|body|\?xml)\b/i.test(new TextDecoder().decode(bytes.subarray(0, 256)));
}

/** Returns the chat templates of the read file, or else those of `tokenizer_config.json`. @throws ModelLoadError if they are not valid. */
export function templatesIn(file: TemplateTexts | undefined, config: JsonFile | undefined): TemplateTexts | undefined {
  return file ?? (config && textsIn(config));
}

/** `chat_template` is a template, or a list of { name, template }. */
function textsIn({ source, values: { chat_template: value } }: JsonFile): TemplateTexts | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return { source, texts: new Map([["default", value]]) };
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = new Map<string, string>();
  for (const item of list) {
    const { name, template } = (item ?? {}) as { readonly name?: unknown; readonly template?: unknown };
    if (typeof name !== "string" || typeof template !== "string")
      throw new ModelLoadError(source, "chat_template must be a template, or a list of objects with a name and a template.");
    texts.set(name, template);
  }
  return texts.size > 0 ? { source, texts } : undefined;
}

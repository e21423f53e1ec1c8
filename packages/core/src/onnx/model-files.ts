import { ModelLoadError } from "../errors.ts";
import { describeContent } from "./file-content.ts";
import { type ExternalFile, type GraphFile, inspectGraphFile } from "./graph-file.ts";
import { type JsonFile, readJson, readOptionalJson } from "./json-file.ts";
import { hasCanvas } from "./model-config.ts";
import type { ModelFolder } from "./model-folder.ts";

/** A graph and the external weights beside it. */
export interface GraphBytes {
  /** Path within the folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Path of the graph on this computer, if it has one. */
  readonly localPath: string | undefined;
  readonly file: GraphFile;
  /** Paths are those in the graph, relative to its own folder. */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** The contents of a model folder's files. */
export interface ModelFileContents {
  readonly config: JsonFile;
  readonly generationConfig: JsonFile | undefined;
  readonly tokenizer: JsonFile;
  readonly tokenizerConfig: JsonFile | undefined;
  readonly causal: GraphBytes;
  /** The graph with an explicit mask, if `config.json` declares one. */
  readonly canvas: GraphBytes | undefined;
}

/**
 * Reads all files concurrently, so that the total size is known early.
 * @throws ModelLoadError for a file that is missing, cut short or invalid.
 */
export async function readModelFiles(folder: ModelFolder, modelFile: string): Promise<ModelFileContents> {
  const [config, generationConfig, tokenizer, tokenizerConfig, causal] = await Promise.all([
    readJson(folder, "config.json"),
    readOptionalJson(folder, "generation_config.json"),
    readJson(folder, "tokenizer.json"),
    readOptionalJson(folder, "tokenizer_config.json"),
    readGraph(folder, modelFile),
  ]);
  const canvasFile = `${directoryOf(modelFile)}canvas.onnx`;
  const canvas = hasCanvas(config) ? await readGraph(folder, canvasFile, causal) : undefined;
  return { config, generationConfig, tokenizer, tokenizerConfig, causal, canvas };
}

/** Reads a graph with its external data; data that `known` already holds is not read again. */
async function readGraph(folder: ModelFolder, path: string, known?: GraphBytes): Promise<GraphBytes> {
  const content = await folder.need(path);
  const file = inspectGraphFile(folder.describe(path), content);
  const readBeside = async ({ path: name, bytes }: ExternalFile): Promise<Uint8Array> => {
    const beside = directoryOf(path) + name;
    if (beside === known?.path) return known.bytes;
    const found = await folder.need(beside);
    if (found.bytes.length >= bytes) return found.bytes;
    const problem = `is incomplete: ${path} needs ${bytes} bytes of it`;
    throw new ModelLoadError(folder.describe(beside), `${problem}, but ${describeContent(found)}.`);
  };
  const externalData = await Promise.all(file.externalData.map(async (each) => ({ path: each.path, data: await readBeside(each) })));
  const opened = externalData.length > 0 ? await folder.open(path) : undefined;
  const localPath = opened && !("absent" in opened) ? opened.localPath : undefined;
  return { path, bytes: content.bytes, localPath, file, externalData };
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

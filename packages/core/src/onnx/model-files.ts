import { type GraphFile, inspectGraphFile } from "./graph-file.ts";
import { type Json, readJson, required } from "./model-config.ts";
import type { ModelFolder } from "./model-folder.ts";

/** A graph and the weights that lie beside it. */
export interface GraphBytes {
  /** Path within the folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly file: GraphFile;
  /** Paths are those that the graph names, relative to its own folder. */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** Everything that is read of a model folder. */
export interface ModelFileContents {
  readonly config: Json;
  readonly generationConfig: Json | undefined;
  readonly tokenizer: Json;
  readonly tokenizerConfig: Json;
  readonly causal: GraphBytes;
  /** The graph with an explicit mask, where `config.json` tells of one. */
  readonly canvas: GraphBytes | undefined;
}

/**
 * Reads everything at once, so that the progress knows the whole size early.
 * @throws ModelLoadError for a file that is missing, cut short or not what it should be.
 */
export async function readModelFiles(folder: ModelFolder, modelFile: string): Promise<ModelFileContents> {
  const [config, generationConfig, tokenizer, tokenizerConfig, causal] = await Promise.all([
    readJson(folder, "config.json"),
    readJson(folder, "generation_config.json"),
    readJson(folder, "tokenizer.json"),
    readJson(folder, "tokenizer_config.json"),
    readGraph(folder, modelFile),
  ]);
  const canvasFile = `${directoryOf(modelFile)}canvas.onnx`;
  return {
    config: required(folder, "config.json", config),
    generationConfig,
    tokenizer: required(folder, "tokenizer.json", tokenizer),
    tokenizerConfig: tokenizerConfig ?? {},
    causal,
    canvas: config?.canvas === undefined ? undefined : await readGraph(folder, canvasFile, causal),
  };
}

/** Reads a graph with its external data; what `known` holds already is not read again. */
async function readGraph(folder: ModelFolder, path: string, known?: GraphBytes): Promise<GraphBytes> {
  const bytes = required(folder, path, await folder.read(path));
  const file = inspectGraphFile(folder.describe(path), bytes);
  const readBeside = async (name: string): Promise<Uint8Array> => {
    const beside = directoryOf(path) + name;
    return beside === known?.path ? known.bytes : required(folder, beside, await folder.read(beside));
  };
  const externalData = await Promise.all(file.externalData.map(async (name) => ({ path: name, data: await readBeside(name) })));
  return { path, bytes, file, externalData };
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

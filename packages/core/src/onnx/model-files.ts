import { ModelLoadError } from "../errors.ts";
import { describeContent } from "./file-content.ts";
import { INPUTS_EMBEDS } from "./embeddings/embeddings.ts";
import { findEmbeddings, findGraph, type FoundGraph, type GraphChoice } from "./find-graph.ts";
import { configOfGenai, graphOfGenai } from "./genai-config.ts";
import { type ExternalFile, type GraphFile, readGraphFile } from "./graph-file.ts";
import { bytesOfHeld, type HeldFile } from "./held-file.ts";
import { type JsonFile, type JsonText, readJson, readJsonText, readOptionalJson } from "./json-file.ts";
import { hasCanvas } from "./model-config.ts";
import type { ModelFolder } from "./model-folder.ts";
import type { ChosenFile } from "./model-source.ts";

/** A graph, and the files that hold its weights, not read yet where they lie on this computer. */
export interface GraphFiles {
  /** Path of the graph within the model's folder. */
  readonly path: string;
  readonly file: GraphFile;
  /** The graph's own file. */
  readonly own: HeldFile;
  /** The files that hold weights by their names in the graph, its own file included if it holds some. */
  readonly weights: ReadonlyMap<string, HeldFile>;
}

/** The contents of a model folder's files. */
export interface ModelFileContents {
  readonly config: JsonFile;
  readonly generationConfig: JsonFile | undefined;
  readonly tokenizer: JsonText;
  readonly tokenizerConfig: JsonFile | undefined;
  /** The model's graph, or its causal one if it has several. */
  readonly main: GraphFiles;
  /** The graph that turns tokens into embeddings, if the main one reads these. */
  readonly embeddings: GraphFiles | undefined;
  /** The file of the main graph, and why it is that one. */
  readonly chosen: ChosenFile;
  /** The graph with an explicit mask, if `config.json` declares one. */
  readonly canvas: GraphFiles | undefined;
}

/**
 * Opens all files concurrently, so that the total size is known early.
 * @throws ModelLoadError for a file that is missing, cut short or invalid.
 */
export async function readModelFiles(
  folder: ModelFolder,
  { embeddingsFile, ...choice }: Omit<GraphChoice, "named"> & { readonly embeddingsFile: string | undefined },
): Promise<ModelFileContents> {
  const reading = readConfig(folder);
  const graph = async (): Promise<Pick<ModelFileContents, "main" | "chosen">> => {
    const { held, ...chosen } = await findGraph(folder, { ...choice, named: (await reading).graph });
    return { main: await openGraphFiles(folder, { path: chosen.path, held }), chosen };
  };
  const [{ config }, generationConfig, tokenizer, tokenizerConfig, { main, chosen }] = await Promise.all([
    reading,
    readOptionalJson(folder, "generation_config.json"),
    readJsonText(folder, "tokenizer.json"),
    readOptionalJson(folder, "tokenizer_config.json"),
    graph(),
  ]);
  // Only the graph tells whether it reads embeddings, not its name.
  const embeddings = main.file.inputs.includes(INPUTS_EMBEDS)
    ? await openGraphFiles(folder, await findEmbeddings(folder, main.path, embeddingsFile ?? (await reading).embeddings))
    : undefined;
  const canvasFile = `${directoryOf(main.path)}canvas.onnx`;
  const canvas = hasCanvas(config)
    ? await openGraphFiles(folder, { path: canvasFile, held: await folder.fetch(canvasFile) }, main)
    : undefined;
  return { config, generationConfig, tokenizer, tokenizerConfig, main, chosen, embeddings, canvas };
}

/** Reads `config.json`, or what stands in its place in onnxruntime-genai's folders, with the graphs that it names. */
async function readConfig(folder: ModelFolder): Promise<ReadConfig> {
  const config = await readOptionalJson(folder, "config.json");
  if (config) return { config };
  const genai = await readOptionalJson(folder, "genai_config.json");
  if (!genai) return { config: await readJson(folder, "config.json") };
  return { config: configOfGenai(genai), graph: graphOfGenai(genai, "decoder"), embeddings: graphOfGenai(genai, "embedding") };
}

interface ReadConfig {
  readonly config: JsonFile;
  /** Paths of graphs that the configuration names. */
  readonly graph?: string | undefined;
  readonly embeddings?: string | undefined;
}

/** Total size of a graph and its weights, in bytes. */
export function sizeOfGraph({ own, weights }: GraphFiles): number {
  return [...new Set([own, ...weights.values()])].reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Opens a graph and the files of its weights; files that `known` already holds are not opened again. */
export async function openGraphFiles(
  folder: ModelFolder,
  { path, held: own }: Pick<FoundGraph, "path" | "held">,
  known?: GraphFiles,
): Promise<GraphFiles> {
  const name = nameOf(path);
  const content = await bytesOfHeld(own);
  const source = folder.describe(path);
  let file: GraphFile;
  try {
    file = await readGraphFile({ source, name, content, answer: own.answer });
  } finally {
    await content.close();
  }
  const weights = new Map<string, HeldFile>(file.holdsWeights ? [[name, own]] : []);
  const fetchBeside = async (needed: ExternalFile): Promise<readonly [string, HeldFile]> => {
    const beside = directoryOf(path) + needed.path;
    const found = known?.path === beside ? known.own : await folder.fetch(beside);
    if (found.bytes < needed.bytes) throw incomplete(folder.describe(beside), path, needed, found);
    return [needed.path, found];
  };
  for (const [each, found] of await Promise.all(file.externalData.map(fetchBeside))) weights.set(each, found);
  return { path, file, own, weights };
}

function incomplete(source: string, graph: string, { bytes }: ExternalFile, { bytes: length, data, answer }: HeldFile): ModelLoadError {
  const begins = describeContent({ bytes: data?.subarray(0, 256) ?? new Uint8Array(), length, answer });
  return new ModelLoadError(source, `is incomplete: ${graph} needs ${bytes} bytes of it, but ${begins}.`);
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

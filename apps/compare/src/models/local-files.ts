import { type Dtype, dtypeOfFile } from "@decodekit/core/toolkit";
import { texts } from "../texts/texts.ts";

/** A file of this device, with its path as the visitor gave it: "smollm2/onnx/model_q4.onnx", or only a name. */
export interface LocalFile {
  readonly path: string;
  readonly file: File;
}

/** A model file among local files, and the files of its model. */
export interface LocalGraph {
  /** Path of the model file within the model's folder. */
  readonly modelFile: string;
  readonly dtype: Dtype | undefined;
  /** Size with its weights beside it, in bytes. */
  readonly bytes: number;
  /** The files of the model's folder, with paths within it. */
  readonly model: LocalModel;
}

/** The files of one model. */
export interface LocalModel {
  /** Name of the folder, or "files". */
  readonly name: string;
  /** With paths within the model's folder. */
  readonly files: readonly LocalFile[];
}

const CONFIGS = ["config.json", "genai_config.json"];
const TOKENIZER = "tokenizer.json";
const t = texts.models.problems;

/** Returns files from a file or folder picker, without those in hidden folders. */
export function pickedFiles(files: Iterable<File>): LocalFile[] {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file })).filter(
    ({ path }) => !path.split("/").some(isHidden),
  );
}

/** Whether a file or folder holds nothing of a model, by its name. */
export function isHidden(name: string): boolean {
  return name.startsWith(".") || name === "node_modules";
}

/**
 * Returns the model files among `files`, the shortest paths first, or what is missing. A model's folder is the nearest one above its
 * file that holds its configuration. Files that were picked one by one have no folders, so they count as lying in the folders where they are
 * looked for.
 */
export function findGraphs(files: readonly LocalFile[]): readonly LocalGraph[] | { readonly problem: string } {
  if (files.length === 0) return { problem: t.noFiles };
  const graphs = files.filter(({ path }) => path.endsWith(".onnx") && !isHelper(path));
  if (graphs.length === 0) {
    const gguf = files.find(({ path }) => /\.gguf$/i.test(path));
    return { problem: gguf ? t.gguFiles(gguf.path) : t.noOnnx(files.length) };
  }
  const paths = new Set(files.map(({ path }) => path));
  const complete = graphs.filter(({ path }) => rootOf(path, paths) !== undefined);
  if (complete.length === 0) return { problem: whatIsMissing(paths) };
  return complete
    .map((graph) => localGraph(graph, files, rootOf(graph.path, paths)!))
    .toSorted((one, other) => depthOf(one) - depthOf(other) || (one.modelFile < other.modelFile ? -1 : 1));
}

/** Graphs that a model has beside the one to be opened. */
function isHelper(path: string): boolean {
  return /(^|\/)(canvas|embed_tokens[^/]*|encoder[^/]*|vision[^/]*|audio[^/]*)\.onnx$/.test(path);
}

/** Returns the folder ("" or with a slash at its end) above a file that holds the configuration and tokenizer of its model. */
function rootOf(path: string, paths: ReadonlySet<string>): string | undefined {
  for (let folder = folderOf(path); ; folder = folderOf(folder.slice(0, -1))) {
    if (CONFIGS.some((name) => paths.has(folder + name)) && paths.has(folder + TOKENIZER)) return folder;
    if (folder === "") return undefined;
  }
}

function whatIsMissing(paths: ReadonlySet<string>): string {
  const has = (name: string): boolean => [...paths].some((path) => nameOf(path) === name);
  const missing = [...(CONFIGS.some(has) ? [] : [CONFIGS[0]!]), ...(has(TOKENIZER) ? [] : [TOKENIZER])];
  // All are there, but in folders that have nothing to do with the model file.
  return t.missing(missing.length > 0 ? missing : [CONFIGS[0]!, TOKENIZER], commonFolder([...paths]));
}

function localGraph({ path }: LocalFile, files: readonly LocalFile[], root: string): LocalGraph {
  const within = files.filter((each) => each.path.startsWith(root)).map((each) => ({ ...each, path: each.path.slice(root.length) }));
  const modelFile = path.slice(root.length);
  const weights = within.filter((each) => each.path === modelFile || isWeightsOf(each.path, modelFile));
  return {
    modelFile,
    dtype: dtypeOfFile(modelFile),
    bytes: weights.reduce((sum, { file }) => sum + file.size, 0),
    model: { name: nameOf(root.slice(0, -1)) || "files", files: within },
  };
}

/** Whether a file holds weights of a graph, by the names that exporters give them. */
function isWeightsOf(path: string, graph: string): boolean {
  return path.startsWith(graph) && /^[._]data(_\d+)?$/.test(path.slice(graph.length));
}

function depthOf({ model, modelFile }: LocalGraph): number {
  return `${model.name}/${modelFile}`.split("/").length;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Returns the name of the folder in which all files lie, or "". */
function commonFolder(paths: readonly string[]): string {
  const first = paths[0]!.includes("/") ? paths[0]!.split("/")[0]! : "";
  return paths.every((path) => path.startsWith(`${first}/`)) ? first : "";
}

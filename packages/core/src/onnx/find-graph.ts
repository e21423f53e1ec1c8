import { DTYPE_SUFFIXES, type Dtype, dtypeOfFile, GRAPH_NAMES, SPLIT_DECODER } from "../contracts/dtype.ts";
import { ModelLoadError } from "../errors.ts";
import type { Runtime } from "./environment/environment.ts";
import { indicatesAbsence } from "./file-content.ts";
import type { HeldFile } from "./held-file.ts";
import type { ModelFolder } from "./model-folder.ts";
import type { ChosenFile, Execution } from "./model-source.ts";

/**
 * Order in which files are tried if no data type is asked for. Exactness comes first: 8 bits (q8, int8, uint8) change the output of decoders
 * that read several rows, even with a scale for each row, so they come last. Then speed counts: on WASM, a pass of SmolLM2-135M took 66 ms
 * with float32, 68 with float16 and 243 with 4 bits; on native 30, 32 and 20 (apps/experiments/SPEED.md).
 */
const PREFERENCES: Readonly<Record<Execution, readonly Dtype[]>> = {
  native: ["fp32", "q4", "fp16", "bnb4", "q4f16", "q8", "int8", "uint8"],
  wasm: ["fp32", "fp16", "q4", "bnb4", "q4f16", "q8", "int8", "uint8"],
  webgpu: ["fp32", "q4f16", "q4", "fp16", "bnb4", "q8", "int8", "uint8"],
};

/** Data types whose graphs compute in float16. */
const HALF: ReadonlySet<Dtype> = new Set(["fp16", "q4f16"]);

/** Folders of graphs: the hub's, and that of exporters. */
const FOLDERS = ["onnx/", ""];
/** Order in which files of embeddings are tried if there is none of the decoder's data type. Rows of any type are read one by one. */
const EMBEDDING_PREFERENCES: readonly Dtype[] = ["fp16", "q8", "int8", "uint8", "q4f16", "q4", "bnb4", "fp32"];

interface FoundFile {
  /** Path within the model's folder. */
  readonly path: string;
  readonly held: HeldFile;
}

/** A graph's file that was found. */
export interface FoundGraph extends ChosenFile, FoundFile {}

export interface GraphChoice {
  readonly modelFile: string | undefined;
  readonly dtype: Dtype | undefined;
  readonly runtime: Pick<Runtime, "execution" | "runsFloat16">;
  /** The path that the folder's own configuration names. */
  readonly named: string | undefined;
}

/** Opens the graph's file of a folder. @throws ModelLoadError if there is none. */
export async function findGraph(folder: ModelFolder, { modelFile, dtype, runtime, named }: GraphChoice): Promise<FoundGraph> {
  if (modelFile !== undefined) {
    const held = await folder.fetch(modelFile);
    return { path: modelFile, held, dtype: dtypeOfFile(modelFile), reason: "it was asked for as modelFile" };
  }
  const types = dtype === undefined ? preferences(runtime) : [dtype];
  const candidates = GRAPH_NAMES.flatMap((name) =>
    types.flatMap((type) => FOLDERS.map((place) => `${place}${name}${DTYPE_SUFFIXES[type]}.onnx`)),
  );
  const paths = dtype === undefined && named !== undefined ? [named, ...candidates] : candidates;
  const advice =
    dtype === undefined ? "Name the graph's file as modelFile." : "Choose another dtype, or name the graph's file as modelFile.";
  const { path, held } = await firstThere(folder, paths, advice);
  const isNamed = path === named;
  const asked = dtype === undefined ? "no data type was asked for" : `the data type ${dtype} was asked for`;
  const reason = isNamed ? "genai_config.json names it" : asked + absenceOf(paths.slice(0, paths.indexOf(path)));
  // The file that a configuration names has the same name for every data type.
  return { path, held, dtype: isNamed ? undefined : dtypeOfFile(path), reason };
}

/**
 * Opens the file of the embedding graph beside a decoder's graph at `decoder`: of the same data type if there is one.
 * @throws ModelLoadError if there is none.
 */
export async function findEmbeddings(folder: ModelFolder, decoder: string, file: string | undefined): Promise<FoundFile> {
  if (file !== undefined) return { path: file, held: await folder.fetch(file) };
  const place = decoder.slice(0, decoder.lastIndexOf("/") + 1);
  const own = dtypeOfFile(decoder) ?? "fp32";
  const paths = [...new Set([own, ...EMBEDDING_PREFERENCES])].map((type) => `${place}embed_tokens${DTYPE_SUFFIXES[type]}.onnx`);
  return firstThere(folder, paths, "Name the file of the embeddings as embeddingsFile.");
}

/** Opens the first of `paths` that is there. @throws ModelLoadError with `advice` if there is none. */
async function firstThere(folder: ModelFolder, paths: readonly string[], advice: string): Promise<FoundFile> {
  const absences: string[] = [];
  let page: FoundFile | undefined;
  for (const path of paths) {
    const held = await folder.fetchIfThere(path);
    if ("absent" in held) absences.push(held.absent);
    else if (!held.data || !indicatesAbsence({ bytes: held.data, answer: held.answer })) return { path, held };
    else page ??= { path, held };
  }
  // What a server returned in place of a graph; reading it fails with an error that shows it.
  if (page) return page;
  const [usual, ...rest] = paths.filter((path) => !path.includes(SPLIT_DECODER));
  const decoders = paths.some((path) => path.includes(SPLIT_DECODER)) ? `, nor ${SPLIT_DECODER} of such a data type,` : "";
  const others = `None of ${rest.join(", ")}${decoders} is there either. ${advice}`;
  throw new ModelLoadError(folder.describe(usual!), `${absences[0]!}. The model needs this file. ${others}`);
}

/** Returns " and … are not there" for the files that were looked for before. */
function absenceOf(paths: readonly string[]): string {
  const last = paths.at(-1);
  if (last === undefined) return "";
  return paths.length === 1 ? ` and ${last} is not there` : ` and ${paths.slice(0, -1).join(", ")} and ${last} are not there`;
}

/** Returns the order in which files are tried. Those that the runtime cannot run come last, so that a folder of only these says so. */
function preferences({ execution, runsFloat16 }: GraphChoice["runtime"]): readonly Dtype[] {
  const types = PREFERENCES[execution];
  return runsFloat16 ? types : [...types.filter((type) => !HALF.has(type)), ...types.filter((type) => HALF.has(type))];
}

import { ModelLoadError } from "../errors.ts";
import type { Runtime } from "./environment/environment.ts";
import { indicatesAbsence } from "./file-content.ts";
import type { HeldFile } from "./held-file.ts";
import type { ModelFolder } from "./model-folder.ts";
import type { Dtype, Execution } from "./model-source.ts";

/** What the hub's exporters add to the name of a graph's file for the data type of its weights. */
const SUFFIXES: Readonly<Record<Dtype, string>> = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
};

export const DTYPES = Object.keys(SUFFIXES) as readonly Dtype[];

/**
 * Order in which files are tried if no data type is asked for. Exactness comes first: 8 bits with one scale for all rows of a pass (q8,
 * int8, uint8) change the output of decoders that read several rows, so they come last. Processors have no fast kernels for float16.
 */
const PREFERENCES: Readonly<Record<Execution, readonly Dtype[]>> = {
  native: ["fp32", "q4", "fp16", "bnb4", "q4f16", "q8", "int8", "uint8"],
  wasm: ["fp32", "q4", "fp16", "bnb4", "q4f16", "q8", "int8", "uint8"],
  webgpu: ["fp32", "q4f16", "q4", "fp16", "bnb4", "q8", "int8", "uint8"],
};

/** Data types whose graphs compute in float16. */
const HALF: ReadonlySet<Dtype> = new Set(["fp16", "q4f16"]);

/** Places of graphs within a folder: the hub's, and that of exporters. */
const PLACES = ["onnx/model", "model"];

/** A graph's file that was found. */
export interface FoundGraph {
  /** Path within the model's folder. */
  readonly path: string;
  readonly held: HeldFile;
}

export interface GraphChoice {
  readonly modelFile: string | undefined;
  readonly dtype: Dtype | undefined;
  readonly runtime: Pick<Runtime, "execution" | "runsFloat16">;
  /** The path that the folder's own configuration names. */
  readonly named: string | undefined;
}

/** Opens the graph's file of a folder. @throws ModelLoadError if there is none. */
export async function findGraph(folder: ModelFolder, { modelFile, dtype, runtime, named }: GraphChoice): Promise<FoundGraph> {
  if (modelFile !== undefined) return { path: modelFile, held: await folder.fetch(modelFile) };
  const types = dtype === undefined ? preferences(runtime) : [dtype];
  const candidates = types.flatMap((type) => PLACES.map((place) => `${place}${SUFFIXES[type]}.onnx`));
  const paths = dtype === undefined && named !== undefined ? [named, ...candidates] : candidates;
  const absences: string[] = [];
  let page: FoundGraph | undefined;
  for (const path of paths) {
    const held = await folder.fetchIfThere(path);
    if ("absent" in held) absences.push(held.absent);
    else if (!held.data || !indicatesAbsence({ bytes: held.data, answer: held.answer })) return { path, held };
    else page ??= { path, held };
  }
  // What a server returned in place of a graph; reading it fails with an error that shows it.
  if (page) return page;
  const advice =
    dtype === undefined ? "Name the graph's file as modelFile." : "Choose another dtype, or name the graph's file as modelFile.";
  const others = `None of ${paths.slice(1).join(", ")} is there either. ${advice}`;
  throw new ModelLoadError(folder.describe(paths[0]!), `${absences[0]!}. The model needs this file. ${others}`);
}

/** Returns the order in which files are tried. Those that the runtime cannot run come last, so that a folder of only these says so. */
function preferences({ execution, runsFloat16 }: GraphChoice["runtime"]): readonly Dtype[] {
  const types = PREFERENCES[execution];
  return runsFloat16 ? types : [...types.filter((type) => !HALF.has(type)), ...types.filter((type) => HALF.has(type))];
}

import { DTYPES, type Dtype } from "../contracts/dtype.ts";
import { ModelLoadError } from "../errors.ts";
import { indicatesAbsence } from "./file-content.ts";
import type { HeldFile } from "./held-file.ts";
import type { ModelFolder } from "./model-folder.ts";
import type { ChosenFile, Execution } from "./model-source.ts";

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

/**
 * Order in which files are tried if no data type is asked for. Exactness comes first: 8 bits with one scale for all rows of a pass (q8,
 * int8, uint8) change the output of decoders that read several rows, so they come last. Processors have no fast kernels for float16.
 */
const PREFERENCES: Readonly<Record<Execution, readonly Dtype[]>> = {
  native: ["fp32", "q4", "fp16", "bnb4", "q4f16", "q8", "int8", "uint8"],
  wasm: ["fp32", "q4", "fp16", "bnb4", "q4f16", "q8", "int8", "uint8"],
  webgpu: ["fp32", "q4f16", "q4", "fp16", "bnb4", "q8", "int8", "uint8"],
};

/** Places of graphs within a folder: the hub's, and that of exporters. */
const PLACES = ["onnx/model", "model"];

/** A graph's file that was found. */
export interface FoundGraph extends ChosenFile {
  readonly held: HeldFile;
}

export interface GraphChoice {
  readonly modelFile: string | undefined;
  readonly dtype: Dtype | undefined;
  readonly execution: Execution;
  /** The path that the folder's own configuration names. */
  readonly named: string | undefined;
}

/** Opens the graph's file of a folder. @throws ModelLoadError if there is none. */
export async function findGraph(folder: ModelFolder, { modelFile, dtype, execution, named }: GraphChoice): Promise<FoundGraph> {
  if (modelFile !== undefined) {
    const held = await folder.fetch(modelFile);
    return { path: modelFile, held, dtype: dtypeIn(modelFile), reason: "it was asked for as modelFile" };
  }
  const types = dtype === undefined ? PREFERENCES[execution] : [dtype];
  const candidates = types.flatMap((type) => PLACES.map((place) => `${place}${SUFFIXES[type]}.onnx`));
  const paths = dtype === undefined && named !== undefined ? [named, ...candidates] : candidates;
  const absences: string[] = [];
  let page: FoundGraph | undefined;
  for (const [index, path] of paths.entries()) {
    const held = await folder.fetchIfThere(path);
    if ("absent" in held) {
      absences.push(held.absent);
      continue;
    }
    const isNamed = path === named;
    const asked = dtype === undefined ? "no data type was asked for" : `the data type ${dtype} was asked for`;
    const reason = isNamed ? "genai_config.json names it" : asked + absenceOf(paths.slice(0, index));
    // The file that a configuration names has the same name for every data type.
    const found = { path, held, dtype: isNamed ? undefined : dtypeIn(path), reason };
    if (!held.data || !indicatesAbsence({ bytes: held.data, answer: held.answer })) return found;
    page ??= found;
  }
  // What a server returned in place of a graph; reading it fails with an error that shows it.
  if (page) return page;
  const advice =
    dtype === undefined ? "Name the graph's file as modelFile." : "Choose another dtype, or name the graph's file as modelFile.";
  const others = `None of ${paths.slice(1).join(", ")} is there either. ${advice}`;
  throw new ModelLoadError(folder.describe(paths[0]!), `${absences[0]!}. The model needs this file. ${others}`);
}

/** Returns the data type that the name of a graph's file tells. */
function dtypeIn(path: string): Dtype | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return DTYPES.find((dtype) => name === `model${SUFFIXES[dtype]}.onnx`);
}

/** Returns " and … are not there" for the files that were looked for before. */
function absenceOf(paths: readonly string[]): string {
  const last = paths.at(-1);
  if (last === undefined) return "";
  return paths.length === 1 ? ` and ${last} is not there` : ` and ${paths.slice(0, -1).join(", ")} and ${last} are not there`;
}

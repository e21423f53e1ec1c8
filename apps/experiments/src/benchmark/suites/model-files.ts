import { existsSync } from "node:fs";
import path from "node:path";

const SUFFIXES = ["", "_external", "_fp16", "_q4", "_q4f16", "_quantized"];

/** Returns the usual model files that the folder has, as paths within it. */
export function modelFilesIn(folder: string): readonly string[] {
  return SUFFIXES.map((suffix) => `onnx/model${suffix}.onnx`).filter((name) => existsSync(path.join(folder, name)));
}

import { environment } from "#environment";
import { objectOption } from "../options.ts";
import type { Runtime } from "./environment/environment.ts";
import type { Warn, WasmPaths } from "./model-source.ts";
import { isStarted } from "./start-runtime.ts";

const isPlace = (value: unknown): boolean => (typeof value === "string" && value !== "") || value instanceof URL;

export const WASM_PATHS = objectOption("the URL of a folder, or { wasm, mjs } with the URLs of the files", (value) => {
  if (isPlace(value)) return true;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([name, place]) => ["wasm", "mjs"].includes(name) && (place === undefined || isPlace(place)));
});

/** Tells onnxruntime-web where its files are, unless it runs already: the first model decides. */
export function setWasmPaths({ ort, code, execution }: Runtime, paths: WasmPaths | undefined, warn: Warn): void {
  if (paths === undefined) return;
  if (!code) return warn(`wasmPaths has no effect, because the model runs on ${execution}, without WebAssembly.`, "wasmPaths");
  const absolute = absolutePaths(paths);
  const { wasm } = ort.env;
  if (!isStarted(ort)) wasm.wasmPaths = absolute;
  else if (JSON.stringify(wasm.wasmPaths) !== JSON.stringify(absolute))
    warn("wasmPaths has no effect, because onnxruntime-web already runs. The first model that is loaded decides.", "wasmPaths");
}

/** Returns absolute URLs, that of a folder with a slash at its end. */
function absolutePaths(paths: WasmPaths): string | { readonly wasm?: string; readonly mjs?: string } {
  if (typeof paths === "string" || paths instanceof URL) {
    const { href } = environment.folderUrl(String(paths));
    return href.endsWith("/") ? href : `${href}/`;
  }
  const absolute = Object.entries(paths).flatMap(([name, place]) => {
    return place === undefined ? [] : [[name, environment.folderUrl(String(place)).href]];
  });
  return Object.fromEntries(absolute) as { readonly wasm?: string; readonly mjs?: string };
}

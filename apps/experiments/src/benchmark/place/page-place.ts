import { loadModel } from "@decodekit/core/onnx";
import type { Contender } from "../contenders/contender.ts";
import { transformersJs } from "../contenders/transformers-js.ts";
import { wllama } from "../contenders/wllama.ts";
import type { Unit } from "../suite.ts";
import { type Place, refuseOtherThreads } from "./place.ts";

/** Where the server of the page has what it needs. */
export interface PageFiles {
  /** URL of the model's folder, ending in a slash. */
  readonly model: string;
  readonly hasExternalData: boolean;
  /** URL of the GGUF file. */
  readonly gguf?: string;
}

type Collect = (options: { readonly type: "minor" }) => void;

/** The page that calls this, with WebAssembly. */
export function pagePlace({ file, settings: { threads } }: Unit, { model, hasExternalData }: PageFiles): Place {
  const url = new URL(model, location.href);
  const read = async (path: string): Promise<Uint8Array> => {
    const response = await fetch(new URL(path, url));
    if (!response.ok) throw new Error(`${response.url}: the server answered ${response.status}.`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const [name, ...parents] = url.pathname.split("/").filter(Boolean).toReversed();
  return {
    execution: "wasm",
    source: url,
    file,
    threads,
    hasExternalData,
    transformers: { localModelPath: `/${parents.toReversed().join("/")}`, name: name! },
    async runtime() {
      const web = await import("onnxruntime-web/wasm");
      web.env.wasm.numThreads = threads;
      return web;
    },
    async readGraph() {
      const graph = await read(file);
      const data = `${file}_data`;
      return { graph, ...(hasExternalData && { externalData: [{ path: data.split("/").at(-1)!, data: await read(data) }] }) };
    },
    load: () => loadModel(url, { execution: "wasm", modelFile: file, threads, onWarning: refuseOtherThreads }),
    collectGarbage: () => (globalThis as { readonly gc?: Collect }).gc?.({ type: "minor" }),
  };
}

/** Other programs that can be measured in this page. */
export function pagePeers({ gguf }: PageFiles): readonly Contender[] {
  return [transformersJs, wllama(gguf)];
}

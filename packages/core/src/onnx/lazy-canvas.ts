import type { InferenceSession } from "onnxruntime-common";
import { ModelShapeError } from "../errors.ts";
import type { TokenId } from "../contracts/model.ts";
import { CANVAS_INPUTS, type CanvasGraph } from "./canvas-graph.ts";
import { createInference } from "./create-inference.ts";
import type { Runtime } from "./environment/environment.ts";
import { type GraphSignature, readGraphSignature } from "./graph-signature.ts";
import type { GraphFiles } from "./model-files.ts";
import type { ModelFolder } from "./model-folder.ts";

/** A canvas graph that is created when it is first needed, and can be released. */
export interface LazyCanvas extends CanvasGraph {
  release(): Promise<void>;
}

export function lazyCanvas(
  runtime: Runtime,
  folder: ModelFolder,
  graph: GraphFiles,
  details: { readonly signature: GraphSignature; readonly maskTokenId: TokenId; readonly threads: number | undefined },
): LazyCanvas {
  const { signature, maskTokenId, threads } = details;
  const source = folder.describe(graph.path);
  let opening: Promise<InferenceSession> | undefined;

  const open = async (): Promise<InferenceSession> => {
    const inference = await createInference(runtime, folder, graph, { threads, warn: () => undefined, signal: undefined });
    try {
      checkSameCache(
        source,
        signature,
        readGraphSignature(source, inference.inputMetadata, inference.outputMetadata, { moreInputs: CANVAS_INPUTS }),
      );
      return inference;
    } catch (error) {
      await inference.release();
      throw error;
    }
  };

  return {
    source,
    maskTokenId,
    open: () =>
      (opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      })),
    async release() {
      const inference = await opening?.catch(() => undefined);
      await inference?.release();
    },
  };
}

function checkSameCache(source: string, causal: GraphSignature, canvas: GraphSignature): void {
  const describe = ({ cache }: GraphSignature): string =>
    cache
      .map(({ input, dims, axis, type }) => `${input} ${type} (${dims.map((dim, at) => (at === axis ? "positions" : dim)).join(", ")})`)
      .join(", ");
  if (describe(causal) === describe(canvas)) return;
  throw new ModelShapeError({
    source,
    tensor: "the cache",
    expected: `that of the causal graph (${describe(causal)})`,
    actual: describe(canvas),
  });
}

import type { DraftHead } from "../../contracts/draft-head.ts";
import { DisposedError, ModelShapeError } from "../../errors.ts";
import { createInference, type InferenceOptions } from "../create-inference.ts";
import type { Runtime } from "../environment/environment.ts";
import { findGraph } from "../find-graph.ts";
import type { BufferPool } from "../gpu-rows/buffer-pool.ts";
import { type JsonFile, readJson } from "../json-file.ts";
import { type GraphFiles, openGraphFiles } from "../model-files.ts";
import { type ModelFolder, openModelFolder } from "../model-folder.ts";
import type { LoadModelOptions, ModelSource } from "../model-source.ts";
import { queueOf, releaseInTurn } from "../runtime-queue.ts";
import type { OpenedHead } from "./opened-head.ts";
import { blockHeadSession, type DflashGraph } from "./block-head-session.ts";
import { readDraftVocabulary } from "./draft-vocabulary.ts";
import { type HeadConfig, type HeadKind, readBlockConfig, readHeadConfig, targetLayersOf } from "./head-config.ts";
import { floatInput, type HeadGraph, headGraph } from "./head-graph.ts";
import { type EagleGraph, stepHeadSession } from "./step-head-session.ts";
import { type LendingTarget, openTargetEmbeddings, type TokenEmbeddings } from "./target-embeddings.ts";
import { openProjection } from "./target-projection.ts";

/** The files of a draft head, before its graph is in the runtime. */
export interface HeadFiles {
  readonly folder: ModelFolder;
  readonly graph: GraphFiles;
  readonly config: JsonFile;
  readonly kind: HeadKind;
  /** Returns the layers of a target of `layers` layers after which the head reads states. @throws ModelLoadError if it names none. */
  layersFor(layers: number): readonly number[];
}

/** An input that only a graph of the kind has. */
const KINDS: readonly (readonly [input: string, kind: HeadKind])[] = [
  ["fused_hidden", "eagle"],
  ["noise_embedding", "dflash"],
];

/**
 * Reads the files of a draft head in the folder `source`.
 * @throws ModelLoadError for a file that is missing or invalid. @throws ModelShapeError for the graph of something else.
 */
export async function readHeadFiles(where: string, source: ModelSource, runtime: Runtime, options: LoadModelOptions): Promise<HeadFiles> {
  const folder = openModelFolder(where, source, { signal: options.signal });
  const config = await readJson(folder, "config.json");
  const found = await findGraph(folder, { modelFile: undefined, dtype: folder.dtype, runtime, named: undefined });
  const graph = await openGraphFiles(folder, found);
  const [, kind] = KINDS.find(([input]) => graph.file.inputs.includes(input)) ?? [];
  if (!kind) {
    const expected =
      "the inputs of an EAGLE-3 head (inputs_embeds, fused_hidden, recycled_hidden) or a DFlash head (noise_embedding, target_hidden)";
    const actual = `${graph.file.inputs.join(", ")}: a draft model is loaded with loadModel and passed as draft`;
    throw new ModelShapeError({ source: folder.describe(graph.path), tensor: "the draft head's inputs", expected, actual });
  }
  const head: HeadConfig = readHeadConfig(config);
  return { folder, graph, config, kind, layersFor: (layers) => targetLayersOf({ ...head, source: config.source }, kind, layers) };
}

/** What a head needs to know of its target. */
export interface HeadTarget extends LendingTarget {
  readonly vocabSize: number;
  /** Name of its output of logits. */
  readonly logits: string;
  readonly buffers: BufferPool;
}

/**
 * Opens a draft head for a target whose passes return the states after `layers` layers.
 * @throws ModelShapeError if its sizes are not those of the target. @throws the errors of `createInference`.
 */
export async function openDraftHead(files: HeadFiles, target: HeadTarget, layers: number): Promise<OpenedHead> {
  const { folder, config, graph: own } = files;
  const { runtime } = target;
  const options: InferenceOptions = { threads: target.threads, warn: target.warn, signal: target.signal };
  const inference = await createInference(runtime, folder, own, options);
  const releases = [() => releaseInTurn(queueOf(runtime.ort), () => inference.release())];
  try {
    const graph = headGraph(folder.describe(own.path), { runtime, inference, config });
    const embeddings = await openTargetEmbeddings(target);
    releases.push(() => embeddings.release());
    const opening: Opening = { files, target, graph, embeddings, layers };
    const head = files.kind === "eagle" ? await stepHead(opening) : await blockHead(opening, releases);
    return {
      head,
      async release() {
        graph.disposed = true;
        for (const release of releases) await release();
      },
    };
  } catch (error) {
    for (const release of releases) await release();
    throw error;
  }
}

interface Opening {
  readonly files: HeadFiles;
  readonly target: HeadTarget;
  readonly graph: HeadGraph;
  readonly embeddings: TokenEmbeddings;
  readonly layers: number;
}

async function stepHead(opening: Opening): Promise<DraftHead> {
  const { files, target, graph } = opening;
  const { source, inference } = graph;
  const sizes = sizesOf(opening, { embedded: "inputs_embeds", states: "fused_hidden" });
  const { size: draftSize } = floatInput(source, inference.outputMetadata, "draft_logits");
  floatInput(source, inference.outputMetadata, "next_hidden");
  const { vocabSize } = target;
  const targetIds = await readDraftVocabulary(files.folder, draftSize, vocabSize);
  const eagle: EagleGraph = Object.assign(graph, { ...sizes, vocabSize, targetIds, embeddings: opening.embeddings });
  return { ...common(opening, sizes.stateSize), kind: "eagle", createSession: open(graph, () => stepHeadSession(eagle)) };
}

async function blockHead(opening: Opening, releases: (() => Promise<void>)[]): Promise<DraftHead> {
  const { files, target, graph, embeddings } = opening;
  const sizes = sizesOf(opening, { embedded: "noise_embedding", states: "target_hidden" });
  floatInput(graph.source, graph.inference.outputMetadata, "draft_hidden");
  const block = readBlockConfig(files.config, target.vocabSize);
  const projection = await openProjection(target, target.logits, target.buffers);
  releases.push(() => projection.release());
  const dflash: DflashGraph = Object.assign(graph, { ...sizes, ...block, embeddings, projection });
  const { blockSize } = block;
  return { ...common(opening, sizes.stateSize), kind: "dflash", blockSize, createSession: open(graph, () => blockHeadSession(dflash)) };
}

function common({ files }: Opening, stateSize: number): Pick<DraftHead, "name" | "stateSize" | "contextLength"> {
  return { name: files.folder.name, stateSize, contextLength: readHeadConfig(files.config).contextLength };
}

function open<Session>(graph: HeadGraph, create: () => Session): () => Promise<Session> {
  return async () => {
    if (graph.disposed) throw new DisposedError("model of this draft head");
    return create();
  };
}

/** Returns the sizes of a head. @throws ModelShapeError if they are not those of its target. */
function sizesOf(
  { graph: { source, inference }, embeddings, layers }: Opening,
  names: { readonly embedded: string; readonly states: string },
): Pick<EagleGraph, "type" | "hiddenSize" | "stateSize"> {
  const { type, size: hiddenSize } = floatInput(source, inference.inputMetadata, names.embedded);
  const { size: stateSize } = floatInput(source, inference.inputMetadata, names.states);
  const advice = "use the target that the draft head was trained for";
  if (hiddenSize !== embeddings.size) {
    const expected = `of ${embeddings.size} values, as the target's embeddings`;
    throw new ModelShapeError({ source, tensor: names.embedded, expected, actual: `${hiddenSize}: ${advice}` });
  }
  if (stateSize !== layers * hiddenSize) {
    const expected = `of ${layers} × ${hiddenSize} values, as the target's hidden states after ${layers} layers`;
    throw new ModelShapeError({
      source,
      tensor: names.states,
      expected,
      actual: `${stateSize}: ${advice}, and name its layers as target_layers`,
    });
  }
  return { type, hiddenSize, stateSize };
}

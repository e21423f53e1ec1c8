import type { Drafter, LanguageModel } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { cascade, ddtree, draftModel, jacobi, lookahead, maskedDraft, promptLookup, suffix } from "@decodekit/speculative";
import * as tinyModels from "@decodekit/tiny-models";

/** Earlier outputs of the model: all of them, and the part that most drafters receive. */
export interface EarlierOutputs {
  readonly some: readonly Int32Array[];
  readonly many: readonly Int32Array[];
}

/** The drafter that receives all earlier outputs. */
const LARGE_CORPUS = "suffix, large corpus";

/** Returns the drafters to measure by name, without those whose model is missing. */
export function measuredDrafters(
  { masked, draft }: Pick<LanguageModel, "masked" | "draft">,
  { some, many }: EarlierOutputs,
): Readonly<Record<string, () => Drafter>> {
  const known = () => suffix({ corpus: some });
  return {
    "prompt-lookup": () => promptLookup(),
    suffix: () => suffix(),
    "suffix, corpus": known,
    [LARGE_CORPUS]: () => suffix({ corpus: many }),
    jacobi: () => jacobi(),
    lookahead: () => lookahead(),
    ...(masked && { "masked-draft": () => maskedDraft(), ddtree: () => ddtree() }),
    ...(draft && { "draft-model": () => draftModel() }),
    ...(draft && { "cascade of suffix, draft-model": () => cascade({ drafters: [known(), draftModel()] }) }),
    ...(masked && { "cascade of suffix, masked-draft": () => cascade({ drafters: [known(), maskedDraft()] }) }),
  };
}

/** Loads the draft model of the story model; undefined if the package has none. */
export async function loadDraft(options: Parameters<typeof loadModel>[1]): Promise<Awaited<ReturnType<typeof loadModel>> | undefined> {
  const files = (tinyModels as Readonly<Record<string, Parameters<typeof loadModel>[0] | undefined>>).storiesDraft;
  return files === undefined ? undefined : loadModel(files, options);
}

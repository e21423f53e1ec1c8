import type { ModelFiles } from "@decodekit/core/onnx";
import { puzzles, stories, storiesDraft } from "@decodekit/tiny-models";

/** A model shipped with the page. */
export interface EmbeddedModel {
  readonly name: string;
  readonly files: ModelFiles;
  /** A cheaper model on the same vocabulary, for decoders that require "draft". */
  readonly draft?: ModelFiles | undefined;
}

export const embeddedModels: readonly EmbeddedModel[] = [
  { name: "stories", files: stories, draft: storiesDraft },
  { name: "puzzles", files: puzzles },
];

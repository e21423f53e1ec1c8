import type { Decoder, LanguageModel } from "@decodekit/core";
import { findLack, type Lack } from "./find-lack.ts";

const REASONS: Readonly<Record<Lack, string>> = {
  causal: "does not predict the next token",
  masked: "does not predict masked tokens",
  draft: "has no draft model",
  rewind: "cannot rewind its cache",
  fork: "cannot fork its cache",
  tree: "cannot read trees",
  multiTokenPasses: "cannot read several tokens in one pass",
  hiddenStates: "does not return hidden states",
  draftHead: "has no draft head of that kind",
};

/** Returns why the model cannot run the decoder, to follow its name: "cannot read trees". Undefined if it can. */
export function whyNot(model: LanguageModel, decoder: Decoder): string | undefined {
  const lack = findLack(model, decoder);
  return lack && REASONS[lack];
}

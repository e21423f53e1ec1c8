import { type CompiledConstraint, compileConstraint, type ConstrainedModel, grammar } from "@decodekit/constraints";
import type { Tokenizer } from "@decodekit/core";
import { replyGrammar, type ReplyShape } from "./reply-grammar.ts";

/** A constraint that was compiled for a model, and the keywords of schemas that it does not follow. */
export interface CompiledReply {
  readonly constraint: CompiledConstraint | undefined;
  readonly ignored: readonly string[];
}

/** Most requests of a program have one of a few shapes. Masks are at most 64 MiB for each. */
const MAX_KEPT = 16;

const kept = new WeakMap<Tokenizer, Map<string, CompiledReply>>();

/** Returns the constraint of a shape of replies; those used last are kept for each vocabulary. @throws InvalidOptionError */
export function compiledReply(model: ConstrainedModel, shape: ReplyShape, markOf: (name: string) => string): CompiledReply {
  const ofTokenizer = kept.get(model.tokenizer) ?? new Map<string, CompiledReply>();
  kept.set(model.tokenizer, ofTokenizer);
  const key = JSON.stringify([shape, model.stopTokens]);
  const compiled = ofTokenizer.get(key) ?? compile(model, shape, markOf);
  ofTokenizer.delete(key);
  ofTokenizer.set(key, compiled);
  if (ofTokenizer.size > MAX_KEPT) ofTokenizer.delete(ofTokenizer.keys().next().value!);
  return compiled;
}

function compile(model: ConstrainedModel, shape: ReplyShape, markOf: (name: string) => string): CompiledReply {
  const { grammar: text, ignored } = replyGrammar(shape, markOf);
  return { constraint: text === undefined ? undefined : compileConstraint(model, grammar(text)), ignored };
}

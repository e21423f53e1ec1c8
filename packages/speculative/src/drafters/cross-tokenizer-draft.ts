import { type Draft, type DraftRequest, type DraftSession, type ForwardEndEvent, type Tokenizer } from "@decodekit/core";
import { GrowingSequence } from "@decodekit/core/toolkit";
import { type DraftCache, draftTokens, type DraftSource } from "./draft-model-steps.ts";

export interface DraftTokenizers {
  readonly target: Tokenizer;
  readonly draft: Tokenizer;
}

interface TextSettings extends Pick<DraftSource, "sampler" | "minProbability" | "contextLength"> {
  readonly tokenizers: DraftTokenizers;
}

/** Tokens at the end of the text that may affect how the following text is split. */
const SEAM = 16;
/** A part of a text neither begins nor ends with special tokens. */
const WITHIN = { addSpecialTokens: false };
const REPLACEMENT = "\uFFFD";

/** Drafts with a model that has another tokenizer: the text is tokenized for the draft model, and its draft for the target. */
export function draftThroughText(cache: DraftCache, prompt: Int32Array, settings: TextSettings): DraftSession {
  const sequence = new GrowingSequence(prompt);
  return {
    observe: ({ tokens }) => sequence.append(tokens),
    propose: (request) => propose(cache, sequence, request, settings),
  };
}

async function* propose(
  cache: DraftCache,
  sequence: GrowingSequence,
  request: DraftRequest,
  { tokenizers: { target, draft }, ...settings }: TextSettings,
): AsyncGenerator<ForwardEndEvent, Draft, void> {
  const known = openTokens(draft, target.decode(sequence.tokens));
  if (known.length === 0) return { tokens: new Int32Array(0) };
  const source = { ...settings, sequence: { tokens: known, promptLength: 0 }, stopTokens: new Set<number>(), usesProbabilities: false };
  const drafted = (yield* draftTokens(cache, request, source)).tokens;
  const text = textAfter(draft, known, upToSpecial(draft, drafted));
  return { tokens: tokensAfter(target, sequence.tokens, text).slice(0, request.max) };
}

/** Ends before the first token without text, which is most likely an end token. */
function upToSpecial(tokenizer: Tokenizer, tokens: Int32Array): Int32Array {
  const end = tokens.findIndex((_, place) => tokenizer.decode(tokens.subarray(place, place + 1)) === "");
  return end < 0 ? tokens : tokens.subarray(0, end);
}

/** The text that `more` adds to that of `known`, without an incomplete character at its end. */
function textAfter(tokenizer: Tokenizer, known: Int32Array, more: Int32Array): string {
  const seam = known.subarray(-SEAM);
  const before = tokenizer.decode(seam);
  const text = tokenizer.decode(Int32Array.of(...seam, ...more)).slice(before.length);
  const unfinished = text.indexOf(REPLACEMENT);
  return unfinished < 0 ? text : text.slice(0, unfinished);
}

/** The tokens of `text` after `known`. If `text` would change how the end of `known` is split, it is tokenized by itself. */
function tokensAfter(tokenizer: Tokenizer, known: Int32Array, text: string): Int32Array {
  if (text === "") return new Int32Array(0);
  const seam = tokenizer.decode(known.subarray(-SEAM));
  const before = tokenizer.encode(seam, WITHIN);
  const after = tokenizer.encode(seam + text, WITHIN);
  if (before.every((token, place) => token === after[place])) return after.subarray(before.length);
  return tokenizer.encode(text, WITHIN);
}

/** The tokens of a text that will be continued: with the tokens that begin a text, without those that end one. */
function openTokens(tokenizer: Tokenizer, text: string): Int32Array {
  const whole = tokenizer.encode(text);
  const inner = tokenizer.encode(text, WITHIN);
  for (let start = 0; start <= whole.length - inner.length; start++) {
    if (inner.every((token, place) => token === whole[start + place])) return whole.subarray(0, start + inner.length);
  }
  return inner;
}

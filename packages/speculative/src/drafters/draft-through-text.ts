import type { Draft, DraftRequest, DraftSession, ForwardEndEvent, Tokenizer } from "@decodekit/core";
import { type DraftCache, write, type Writing } from "./draft-writing.ts";
import { type Sequence, sequenceOf } from "./sequence.ts";

export interface DraftTokenizers {
  readonly target: Tokenizer;
  readonly draft: Tokenizer;
}

interface TextSettings extends Pick<Writing, "sampler" | "minProbability" | "contextLength"> {
  readonly tokenizers: DraftTokenizers;
}

/** Tokens before the end of the text that may decide how what follows is split. */
const SEAM = 16;
const REPLACEMENT = "\uFFFD";

/** Drafts in the tokens of another tokenizer: text in, text out. */
export function draftThroughText(cache: DraftCache, prompt: Int32Array, settings: TextSettings): DraftSession {
  const sequence = sequenceOf(prompt);
  return {
    observe: ({ tokens }) => sequence.append(tokens),
    propose: (request) => propose(cache, sequence, request, settings),
  };
}

async function* propose(
  cache: DraftCache,
  sequence: Sequence,
  request: DraftRequest,
  { tokenizers: { target, draft }, ...settings }: TextSettings,
): AsyncGenerator<ForwardEndEvent, Draft, void> {
  const known = draft.encode(target.decode(sequence.tokens()));
  if (known.length === 0) return { tokens: new Int32Array(0) };
  const writing = { ...settings, sequence: sequenceOf(known), promptLength: 0, stopTokens: new Set<number>(), usesProbabilities: false };
  const written = (yield* write(cache, request, writing)).tokens;
  const text = textAfter(draft, known, upToSpecial(draft, written));
  return { tokens: tokensAfter(target, sequence.tokens(), text).slice(0, request.max) };
}

/** Cut off before the first token that spells nothing: the end of a text, most likely. */
function upToSpecial(tokenizer: Tokenizer, tokens: Int32Array): Int32Array {
  const end = tokens.findIndex((_, place) => tokenizer.decode(tokens.subarray(place, place + 1)) === "");
  return end < 0 ? tokens : tokens.subarray(0, end);
}

/** What `more` adds to the text of `known`, without a character that is not finished. */
function textAfter(tokenizer: Tokenizer, known: Int32Array, more: Int32Array): string {
  const seam = known.subarray(-SEAM);
  const before = tokenizer.decode(seam);
  const text = tokenizer.decode(Int32Array.of(...seam, ...more)).slice(before.length);
  const unfinished = text.indexOf(REPLACEMENT);
  return unfinished < 0 ? text : text.slice(0, unfinished);
}

/** How `text` is split after `known`; by itself where it would change how the end of `known` is split. */
function tokensAfter(tokenizer: Tokenizer, known: Int32Array, text: string): Int32Array {
  if (text === "") return new Int32Array(0);
  const seam = tokenizer.decode(known.subarray(-SEAM));
  const before = tokenizer.encode(seam);
  const after = tokenizer.encode(seam + text);
  if (before.every((token, place) => token === after[place])) return after.subarray(before.length);
  const beginning = tokenizer.encode("");
  return tokenizer.encode(text).subarray(beginning.length);
}

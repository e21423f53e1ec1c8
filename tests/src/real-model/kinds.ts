import type { ChatMessage, RowConsistency } from "@decodekit/core";
import conversations from "./conversations.json" with { type: "json" };
import kinds from "./kinds.json" with { type: "json" };
import transformersJs from "./transformers-js-wasm-tokens.json" with { type: "json" };
import transformers from "./transformers-tokens.json" with { type: "json" };

/** A kind of published file of SmolLM2-135M-Instruct, which scripts/real-model.mjs makes. */
export interface Kind {
  readonly name: string;
  /** The model's folder within the cache. */
  readonly folder: string;
  readonly modelFile: string;
  /** Whether its weights are float32, those that transformers ran. */
  readonly isExact: boolean;
}

export interface Conversation {
  readonly name: string;
  readonly messages: readonly ChatMessage[];
}

type Cases = readonly { readonly name: string; readonly tokens: readonly number[] }[];

export const KINDS: readonly Kind[] = kinds;
export const CONVERSATIONS = conversations as readonly Conversation[];

/** transformers' greedy tokens of each conversation, at most 32: see greedy-tokens.py. */
export const TRANSFORMERS_TOKENS = inOrder(transformers.cases);

/** The greedy tokens of each conversation on WASM: transformers' for float32, else those of transformers.js, at most 16. */
export function tokensOnWasm({ name, isExact }: Kind): readonly (readonly number[])[] {
  return isExact ? TRANSFORMERS_TOKENS : inOrder((transformersJs.kinds as Readonly<Record<string, Cases>>)[name]!);
}

/**
 * Options to load a kind with, for the same tokens as transformers.js: it runs the graph as it is, and that of q8 has one scale for all rows
 * of a pass, where decodekit otherwise has one for each.
 */
export function asPublished({ name, modelFile }: Kind): { readonly modelFile: string; readonly rewriting: boolean } {
  return { modelFile, rewriting: name !== "q8" };
}

/** What a kind, loaded with `asPublished`, says of its rows. The export of genai int4 asks for accuracy level 4, which WASM ignores. */
export function publishedRows({ name }: Kind, execution: "native" | "wasm"): RowConsistency {
  if (name === "q8") return "mixed";
  return name === "genai int4" && execution === "native" ? "approximate" : "rounding";
}

/** Parts of the warnings that a kind, loaded with `asPublished`, gives. */
export function publishedWarnings({ name }: Kind): readonly string[] {
  return name === "q8" ? ["may return another text"] : [];
}

/** Conversations for a kind: all, or for files that only differ in their layout or in the precision of the rest, the first five. */
export function conversationsOf({ name }: Kind): readonly Conversation[] {
  return ["fp32", "q8", "q4", "genai int4"].includes(name) ? CONVERSATIONS : CONVERSATIONS.slice(0, 5);
}

function inOrder(cases: Cases): readonly (readonly number[])[] {
  return CONVERSATIONS.map(({ name }) => cases.find((each) => each.name === name)!.tokens);
}

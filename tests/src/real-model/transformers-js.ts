import type { Conversation, Kind } from "./kinds.ts";
import * as untyped from "./transformers-js.mjs";

/** A conversation's prompt, and its greedy tokens with the one that ends the text. */
export interface Decoded {
  readonly name: string;
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
}

export const transformersJsTokens = untyped.transformersJsTokens as (
  kind: Kind,
  options: { readonly cache: string; readonly conversations: readonly Conversation[]; readonly newTokens: number },
) => Promise<readonly Decoded[]>;

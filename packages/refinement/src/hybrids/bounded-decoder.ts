import type { Decoder, ModelRole } from "@decodekit/core";

/** A decoder that says beforehand how many passes it can take. */
export interface BoundedDecoder<Role extends ModelRole> extends Decoder<Role> {
  /** Most forward passes for `newTokens` tokens, prefill included, of all models together. */
  mostPasses(newTokens: number): number;
}

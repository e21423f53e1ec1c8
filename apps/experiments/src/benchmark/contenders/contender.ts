import type { TokenId } from "@decodekit/core";
import type { Place } from "../place/place.ts";

/** The same prompt as tokens and as text, in which special tokens are written by name. */
export interface BenchmarkPrompt {
  readonly tokens: Int32Array;
  readonly text: string;
}

export interface DecodeLimits {
  readonly maxNewTokens: number;
  /** Tokens that end the text and are not part of it. Empty: the text has `maxNewTokens` tokens. */
  readonly stopTokens: readonly TokenId[];
}

/** A greedy decode and its times, from the call. */
interface TimedDecode {
  readonly tokens: number;
  readonly firstTokenMilliseconds: number;
  readonly milliseconds: number;
  /** `digestOf` the tokens; undefined if the contender gives text only. */
  readonly digest?: string;
}

/** A contender with the model in memory. */
export interface OpenContender {
  decode(prompt: BenchmarkPrompt, limits: DecodeLimits): Promise<TimedDecode>;
  /** Frees the model. */
  close(): Promise<void>;
}

/** A program that decodes greedily. */
export interface Contender {
  readonly name: string;
  /** Loads the model of `place`. @throws MissingPeerError if the program or its model is not there. */
  open(place: Place): Promise<OpenContender>;
}

/** A peer, or the file that it needs, is not there. */
export class MissingPeerError extends Error {
  override readonly name = "MissingPeerError";
}

/** A short hash (32-bit FNV-1a, in hexadecimal digits) of the tokens, by which equal texts are recognised. */
export function digestOf(tokens: Iterable<number>): string {
  let hash = 0x811c9dc5;
  for (const token of tokens) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((token >>> shift) & 0xff), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

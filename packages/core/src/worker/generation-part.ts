import type { DecodeEvent } from "../contracts/decoder.ts";

/** Events and text since the last part. */
export interface GenerationPart {
  readonly events: readonly DecodeEvent[];
  /** Time inside the decode at which each event came, in milliseconds. */
  readonly times: readonly number[];
  readonly pieces: readonly string[];
}

import type { Decoder } from "@decodekit/core";

/** One thing that every decoder does. */
export interface Check {
  /** Number of the rule in the doc comment of `Decoder` in `@decodekit/core`, or "errors" for what it says under "@throws". */
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | "errors";
  /** A sentence about the decoder, which is its subject. */
  readonly name: string;
  /** Rejects with an Error that says what went wrong. */
  run(create: () => Decoder): Promise<void>;
}

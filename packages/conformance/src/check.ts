import type { Subject } from "./subject.ts";

/** One thing that every decoder does, where it applies. */
export interface Check {
  /**
   * Number of the rule in the doc comment of `Decoder` in `@decodekit/core`; "models" for what follows from what models say, "lossless"
   * for that claim, "errors" for what the doc comment says under "@throws".
   */
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | "models" | "lossless" | "errors";
  /** A sentence about the decoder, which is its subject. */
  readonly name: string;
  /** Why the check does not apply to a decoder, in words that follow "it"; undefined where it does. @defaultValue it always applies */
  readonly inapplicable?: (subject: Subject) => string | undefined;
  /** Rejects with an Error that says what went wrong. */
  run(subject: Subject): Promise<void>;
}

/** The name under which a check is registered. */
export function checkTitle({ rule, name }: Check): string {
  return typeof rule === "number" ? `rule ${rule}: ${name}` : `${rule}: ${name}`;
}

import type { Subject } from "./subject.ts";

/** One rule that every decoder follows, if it applies. */
export interface Check {
  /**
   * Number of the rule in the doc comment of `Decoder` in `@decodekit/core`; "models" for consequences of the models' predictions,
   * "lossless" for that claim, "errors" for the "@throws" of the doc comment.
   */
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | "models" | "lossless" | "errors";
  /** A sentence with the decoder as its subject, without that subject. */
  readonly name: string;
  /** Returns why the check does not apply, in words that follow "it", or undefined if it applies. @defaultValue it always applies */
  readonly inapplicable?: (subject: Subject) => string | undefined;
  /** Rejects with an Error that describes the failure. */
  run(subject: Subject): Promise<void>;
}

/** Returns the title under which a check is registered. */
export function checkTitle({ rule, name }: Check): string {
  return typeof rule === "number" ? `rule ${rule}: ${name}` : `${rule}: ${name}`;
}

import type { ModelRole, Decoder } from "@decodekit/core";
import { abortChecks } from "./abort-checks.ts";
import type { Check } from "./check.ts";
import { determinismChecks } from "./determinism-checks.ts";
import { endingChecks } from "./ending-checks.ts";
import { errorChecks } from "./error-checks.ts";
import { eventChecks } from "./event-checks.ts";
import { ownershipChecks } from "./ownership-checks.ts";
import { passChecks } from "./pass-checks.ts";
import { randomnessChecks } from "./randomness-checks.ts";

/** Registers one test, as `test` of Vitest, Jest and node:test does. It fails when `run` rejects. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown;

/** Everything that `testDecoder` checks, in the order of the rules. */
export const decoderChecks: readonly Check[] = [
  ...eventChecks,
  ...endingChecks,
  ...abortChecks,
  ...determinismChecks,
  ...ownershipChecks,
  ...passChecks,
  ...randomnessChecks,
  ...errorChecks,
].toSorted((a, b) => place(a) - place(b));

/**
 * Registers one test for everything that a decoder promises: the nine rules in the doc comment of `Decoder` and its errors.
 * The tests run on small models with known logits, made for each test, in well under a second.
 *
 * `create` makes the decoder under test, a new one at each call, which must be the same each time. It may require a causal,
 * a draft and a masked model. The vocabulary is 10 tokens, the context 32; a causal model that is certain of each next token must
 * not be led to another.
 */
export function testDecoder<Role extends ModelRole>(test: TestFunction, create: () => Decoder<Role>): void {
  // A decoder is given all models and takes those that it requires.
  const createForAll = create as unknown as () => Decoder;
  for (const check of decoderChecks) test(checkTitle(check), () => check.run(createForAll));
}

/** The name under which a check is registered. */
export function checkTitle({ rule, name }: Check): string {
  return rule === "errors" ? `errors: ${name}` : `rule ${rule}: ${name}`;
}

function place({ rule }: Check): number {
  return rule === "errors" ? 10 : rule;
}

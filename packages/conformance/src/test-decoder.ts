import type { Decoder, ModelRole } from "@decodekit/core";
import { abortChecks } from "./abort-checks.ts";
import { type Check, checkTitle } from "./check.ts";
import { determinismChecks } from "./determinism-checks.ts";
import { endingChecks } from "./ending-checks.ts";
import { errorChecks } from "./error-checks.ts";
import { eventChecks } from "./event-checks.ts";
import { logitsChecks } from "./logits-checks.ts";
import { losslessChecks } from "./lossless-checks.ts";
import { modelChecks } from "./model-checks.ts";
import { ownershipChecks } from "./ownership-checks.ts";
import { partsChecks } from "./parts-checks.ts";
import { passChecks } from "./pass-checks.ts";
import { randomnessChecks } from "./randomness-checks.ts";
import { type DecoderTestOptions, subjectOf } from "./subject.ts";
import { type KitReport, registerChecks, type TestFunction } from "./test-function.ts";

const order: readonly Check["rule"][] = [1, 2, 3, 4, 5, 6, 7, 8, 9, "models", "lossless", "errors"];

/** All checks of `testDecoder`, in the order of the rules. */
export const decoderChecks: readonly Check[] = [
  ...eventChecks,
  ...endingChecks,
  ...abortChecks,
  ...determinismChecks,
  ...ownershipChecks,
  ...passChecks,
  ...randomnessChecks,
  ...modelChecks,
  ...partsChecks,
  ...losslessChecks,
  ...errorChecks,
  ...logitsChecks,
].toSorted((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));

/**
 * Registers the tests of a decoder's contract: the nine rules in the doc comment of `Decoder`, that it follows models that are certain,
 * `lossless` if it claims that, and its errors. Each test creates small models with known logits. A check that does not apply to the
 * decoder gets no test of its own: one test names all of those with their reasons, and so does the report.
 *
 * `create` returns a new decoder at each call, always the same one; it is also called at once. The decoder may require a causal, a draft
 * and a masked model. The vocabulary has 10 tokens, the context 32; the decoder must follow models that are certain of each next token.
 * @throws InvalidOptionError for an unknown or invalid option, or a `requires` that names no models.
 */
export function testDecoder<Role extends ModelRole>(
  test: TestFunction,
  create: () => Decoder<Role>,
  options: DecoderTestOptions = {},
): KitReport {
  // A decoder receives all models and uses those that it requires.
  const createForAll = create as unknown as () => Decoder;
  const subject = subjectOf(createForAll, options);
  return registerChecks(
    test,
    decoderChecks.map((check) => ({
      title: checkTitle(check),
      inapplicable: () => check.inapplicable?.(subjectOf(createForAll, options)),
      run: () => check.run(subject),
    })),
  );
}

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
import { passChecks } from "./pass-checks.ts";
import { randomnessChecks } from "./randomness-checks.ts";
import { type DecoderTestOptions, subjectOf } from "./subject.ts";
import { type KitReport, registerChecks, type TestFunction } from "./test-function.ts";

const order: readonly Check["rule"][] = [1, 2, 3, 4, 5, 6, 7, 8, 9, "models", "lossless", "errors"];

/** Everything that `testDecoder` checks, in the order of the rules. */
export const decoderChecks: readonly Check[] = [
  ...eventChecks,
  ...endingChecks,
  ...abortChecks,
  ...determinismChecks,
  ...ownershipChecks,
  ...passChecks,
  ...randomnessChecks,
  ...modelChecks,
  ...losslessChecks,
  ...errorChecks,
  ...logitsChecks,
].toSorted((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));

/**
 * Registers one test for everything that a decoder promises: the nine rules in the doc comment of `Decoder`, that it follows models
 * that are certain, `lossless` where it claims that, and its errors. The tests run on small models with known logits, made for each
 * test. What does not apply to the decoder gets no test of its own: one test names it with the reason, and so does the report.
 *
 * `create` makes the decoder under test, a new one at each call, which must be the same each time; it is also called right away. It
 * may require a causal, a draft and a masked model. The vocabulary is 10 tokens, the context 32; models that are certain of each next
 * token must not be led to another.
 * @throws InvalidOptionError for an option that is unknown or wrong, or a `requires` that names no models.
 */
export function testDecoder<Role extends ModelRole>(
  test: TestFunction,
  create: () => Decoder<Role>,
  options: DecoderTestOptions = {},
): KitReport {
  // A decoder is given all models and takes those that it requires.
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

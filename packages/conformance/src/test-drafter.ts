import { checkOptions, type Decoder, type Drafter, InvalidOptionError, type ModelRole } from "@decodekit/core";
import { drafterChecks } from "./drafter-checks.ts";
import type { DrafterSubject } from "./drafter-subject.ts";
import { losslessCases } from "./lossless-models.ts";
import { type KitReport, registerChecks, type TestFunction } from "./test-function.ts";
import { losslessOptionChecks, type LosslessOptions, type LosslessReport, testLossless } from "./test-lossless.ts";

export interface DrafterOptions extends LosslessOptions {
  /** Makes a decoder that claims to be lossless with any drafter: it is put to the proof with this one. @defaultValue none */
  readonly speculate?: ((drafter: Drafter) => Decoder) | undefined;
  /**
   * Whether what it drafts is what its draft or masked model says. False for one that also drafts from elsewhere, or shows its
   * model another text. @defaultValue true
   */
  readonly followsModels?: boolean | undefined;
}

export interface DrafterReport extends KitReport, LosslessReport {}

const optionChecks = {
  ...losslessOptionChecks,
  speculate: { expected: "a function that makes a decoder with the drafter", accepts: (value: unknown) => typeof value === "function" },
  followsModels: { expected: "a boolean", accepts: (value: unknown) => typeof value === "boolean" },
};

const GIVES: ReadonlySet<unknown> = new Set<Drafter["gives"]>(["tokens", "probabilities", "tree"]);

/**
 * Registers the tests of a drafter: that its drafts keep the contract in `Drafter` of `@decodekit/core`, whatever becomes of
 * them; that it draws each token from the very row that it declares; and, with `speculate`, that it leaves the output alone. All
 * enumerations are bounded: see `LosslessOptions.maxBranches` and `bounded` of the report. What does not apply to the drafter gets no
 * test of its own: one test names it with the reason, and so does the report.
 *
 * `create` makes the drafter under test, a new one at each call; it is also called right away. It may require a draft and a masked model.
 * @throws InvalidOptionError for an option that is unknown or wrong, or a drafter whose `gives` is none of the three.
 */
export function testDrafter<Role extends ModelRole>(
  test: TestFunction,
  create: () => Drafter<Role>,
  options: DrafterOptions = {},
): DrafterReport {
  checkOptions("testDrafter", options, optionChecks);
  // A drafter is given all models and takes those that it requires.
  const createForAll = create as unknown as () => Drafter;
  const { speculate, followsModels = true, seeds = [1, 2], ...lossless } = options;
  const { gives } = create();
  if (!GIVES.has(gives)) {
    const expected = '"tokens", "probabilities" or "tree"';
    throw new InvalidOptionError({ where: "testDrafter", option: "the drafter's gives", expected, actual: gives });
  }
  const subject = (): DrafterSubject => ({ create: createForAll, cases: losslessCases(seeds), followsModels });
  const report = registerChecks(
    test,
    drafterChecks.map((check) => ({
      title: `drafter: ${check.name}`,
      inapplicable: () => check.inapplicable?.(createForAll(), subject()),
      run: () => check.run(subject()),
    })),
  );
  if (!speculate) return { ...report, bounded: [] };
  const { bounded } = testLossless(test, () => speculate(createForAll()), { ...lossless, seeds });
  return { ...report, bounded };
}

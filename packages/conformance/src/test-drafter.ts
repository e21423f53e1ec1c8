import { type Decoder, type Drafter, InvalidOptionError, type ModelRole, objectOption, resolveOptions } from "@decodekit/core";
import { drafterChecks } from "./drafter-checks.ts";
import type { DrafterSubject } from "./drafter-subject.ts";
import { onKitModels } from "./kit-head.ts";
import { losslessCases } from "./lossless-models.ts";
import { type KitReport, registerChecks, type TestFunction } from "./test-function.ts";
import { losslessOptions, type LosslessOptions, type LosslessReport, testLossless } from "./test-lossless.ts";

export interface DrafterOptions extends LosslessOptions {
  /** Creates a decoder that claims to be lossless with any drafter; the claim is proved with this drafter. @defaultValue none */
  readonly speculate?: ((drafter: Drafter) => Decoder) | undefined;
  /**
   * Whether it drafts what its draft or masked model predicts. Set false for a drafter that also drafts from another source, or gives its
   * model another text. @defaultValue true
   */
  readonly followsModels?: boolean | undefined;
}

export interface DrafterReport extends KitReport, LosslessReport {}

const optionDefinitions = {
  ...losslessOptions,
  speculate: objectOption("a function that creates a decoder with the drafter", (value) => typeof value === "function"),
  followsModels: { type: "boolean", help: "Whether its drafts are what its models predict" },
} as const;

const DRAFT_KINDS: ReadonlySet<unknown> = new Set<Drafter["draftKind"]>(["tokens", "probabilities", "tree"]);

/**
 * Registers the tests of a drafter: that its drafts follow the contract of `Drafter` in `@decodekit/core`, whatever is accepted of them;
 * that it draws each token from the row that it declares; and, with `speculate`, that it does not change the output distribution. All
 * enumerations are bounded: see `LosslessOptions.maxBranches` and `bounded` of the report. A check that does not apply to the drafter
 * gets no test of its own: one test names all of those with their reasons, and so does the report.
 *
 * `create` returns a new drafter at each call; it is also called at once. The drafter may require a draft and a masked model.
 * @throws InvalidOptionError for an unknown or invalid option, or an unknown `draftKind`.
 */
export function testDrafter<Role extends ModelRole>(
  test: TestFunction,
  create: () => Drafter<Role>,
  options: DrafterOptions = {},
): DrafterReport {
  resolveOptions("testDrafter", options, optionDefinitions);
  // A drafter receives all models and uses those that it requires.
  const createForAll = (): Drafter => onKitModels(create() as unknown as Drafter);
  const { speculate, followsModels = true, seeds = [1, 2], ...lossless } = options;
  const { draftKind } = create();
  if (!DRAFT_KINDS.has(draftKind)) {
    const expected = '"tokens", "probabilities" or "tree"';
    throw new InvalidOptionError({ where: "testDrafter", option: "the drafter's draftKind", expected, actual: draftKind });
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

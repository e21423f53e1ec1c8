import { type CausalModel, InvalidOptionError, objectOption, type OptionDefinition, resolveOptions, seededRandom } from "@decodekit/core";
import { modelErrorChecks } from "./model-error-checks.ts";
import { modelRowChecks } from "./model-row-checks.ts";
import { modelStateChecks } from "./model-state-checks.ts";
import { BRANCH_LENGTH, type ModelCheck, type ModelSubject, TEXT_LENGTH } from "./model-subject.ts";
import { modelTreeChecks } from "./model-tree-checks.ts";
import { type KitReport, registerChecks, type TestFunction } from "./test-function.ts";

export interface ModelTestOptions {
  /** Tokens that the checks read, at least 11, for a model that should read real text. @defaultValue pseudo-random ones of the vocabulary */
  readonly tokens?: Int32Array | undefined;
  /**
   * How far a row may be from the same row of another pass, as a part of its norm, in [0, 0.01]: a stricter bound than that of
   * `rowConsistency` "rounding", for example 1e-4 for a model that computes in float32. @defaultValue 0.01
   */
  readonly tolerance?: number | undefined;
  /**
   * Whether a pass may have ended, and then succeeds, before an abort reaches it, as with a model at the other end of a connection.
   * @defaultValue false
   */
  readonly lateAborts?: boolean | undefined;
}

/** All checks of `testModel`. */
export const causalModelChecks: readonly ModelCheck[] = [...modelRowChecks, ...modelStateChecks, ...modelTreeChecks, ...modelErrorChecks];

/** The bound of `rowConsistency` "rounding". */
const ROUNDING = 0.01;
const NEEDED = TEXT_LENGTH + BRANCH_LENGTH;

const optionDefinitions = {
  tokens: objectOption(`an Int32Array of at least ${NEEDED} tokens`, (value) => value instanceof Int32Array && value.length >= NEEDED),
  tolerance: { type: "number", minimum: 0, maximum: ROUNDING, help: "How far rows of different passes may be from each other" },
  lateAborts: { type: "boolean", help: "Whether a pass may have ended before an abort reaches it" },
} as const satisfies Readonly<Record<keyof ModelTestOptions, OptionDefinition>>;

/**
 * Registers the tests of a causal model, in memory, of ONNX files, of a server, or decorated: that it keeps the contract of `CausalModel`
 * and `Session` in `@decodekit/core`, and that its rows are as consistent as its `capabilities.rowConsistency` states. A check of a
 * capability that the model does not claim gets no test of its own: one test names all of those with their reasons, and so does the report.
 *
 * The model's context must hold 12 tokens. The checks open sessions, up to three at a time, dispose them, and leave the model open. Apart
 * from one that fills a context of up to 1024 tokens, each reads some dozens of tokens.
 * @throws InvalidOptionError for an unknown or invalid option, or a model with a shorter context.
 */
export function testModel(test: TestFunction, model: CausalModel, options: ModelTestOptions = {}): KitReport {
  const subject = modelSubject(model, options);
  return registerChecks(
    test,
    causalModelChecks.map((check) => ({
      title: `model: ${check.name}`,
      inapplicable: () => check.inapplicable?.(subject),
      run: () => check.run(subject),
    })),
  );
}

/** Creates the subject. @throws InvalidOptionError as `testModel`. */
export function modelSubject(model: CausalModel, options: ModelTestOptions = {}): ModelSubject {
  resolveOptions("testModel", options, optionDefinitions);
  const { contextLength } = model;
  if (!(contextLength > NEEDED)) {
    const expected = `an integer >= ${NEEDED + 1}`;
    throw new InvalidOptionError({ where: "testModel", option: "the model's contextLength", expected, actual: contextLength });
  }
  const { tokens = pseudoRandom(model.vocabSize), tolerance = ROUNDING, lateAborts = false } = options;
  return { model, text: tokens.slice(0, TEXT_LENGTH), branch: tokens.slice(TEXT_LENGTH, NEEDED), tolerance, lateAborts };
}

function pseudoRandom(vocabSize: number): Int32Array {
  const random = seededRandom(7);
  return Int32Array.from({ length: NEEDED }, () => Math.floor(random.uniform() * vocabSize));
}

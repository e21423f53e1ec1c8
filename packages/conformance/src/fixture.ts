import { type CausalRole, seededRandom } from "@decodekit/core";
import { countingModel, randomTable, tableModel, type TestModel } from "@decodekit/core/testing";

export const VOCAB_SIZE = 10;
export const CONTEXT_LENGTH = 32;

/** Models to decode on, by role, and what was done with them. */
export interface Fixture {
  readonly models: Readonly<Record<CausalRole, TestModel>>;
  /** Sessions of all models that are not disposed. */
  openSessions(): number;
  /** Passes of all models that ended well. */
  passes(): number;
}

export const prompt = (): Int32Array => Int32Array.of(3, 1, 4);

/** After token t comes t + 1 for certain; the draft model is often wrong. */
export function certainFixture(): Fixture {
  return fixture(countingModel({ vocabSize: VOCAB_SIZE, contextLength: CONTEXT_LENGTH }), randomModel(2));
}

/** Every token can follow every other, with known probabilities; so in the draft model, with others. */
export function uncertainFixture(): Fixture {
  return fixture(randomModel(1), randomModel(2));
}

/** The same fixture with one of its models replaced. */
export function withModel({ models }: Fixture, role: CausalRole, change: (model: TestModel) => TestModel): Fixture {
  return fixture(role === "causal" ? change(models.causal) : models.causal, role === "draft" ? change(models.draft) : models.draft);
}

function fixture(causal: TestModel, draft: TestModel): Fixture {
  return {
    models: { causal, draft },
    openSessions: () => causal.openSessions() + draft.openSessions(),
    passes: () => causal.passes().length + draft.passes().length,
  };
}

function randomModel(seed: number): TestModel {
  return tableModel({ probabilities: randomTable(seededRandom(seed), VOCAB_SIZE), contextLength: CONTEXT_LENGTH });
}

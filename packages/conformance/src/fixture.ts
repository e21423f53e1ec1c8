import { type ModelRole, seededRandom } from "@decodekit/core";
import { memoryMaskedModel, memoryModel, randomTable, tableModel, type TestMaskedModel, type TestModel } from "@decodekit/core/testing";

export const VOCAB_SIZE = 10;
export const CONTEXT_LENGTH = 32;
/** A token that the certain models never say. */
const MASK = 0;

interface FixtureModels {
  readonly causal: TestModel;
  readonly draft: TestModel;
  readonly masked: TestMaskedModel;
}

/** Models to decode on, by role, and what was done with them. */
export interface Fixture {
  readonly models: FixtureModels;
  /** Sessions of all models that are not disposed. */
  openSessions(): number;
  /** Passes of all models that ended well. */
  passes(): number;
  /** Rows of logits of all models that were written to. */
  alteredRows(): number;
}

export const prompt = (): Int32Array => Int32Array.of(3, 1, 4);

/** After token t comes t + 1 for certain, and 1 after 9; the draft model is often wrong, the masked one is as certain. */
export function certainFixture(): Fixture {
  const rowAfter = (token: number, distance: number): Float32Array => {
    const row = new Float32Array(VOCAB_SIZE).fill(-Infinity);
    row[1 + ((token + distance - 1) % (VOCAB_SIZE - 1))] = 0;
    return row;
  };
  const causal = memoryModel({
    vocabSize: VOCAB_SIZE,
    contextLength: CONTEXT_LENGTH,
    tree: true,
    logitsAfter: (prefix) => rowAfter(prefix.at(-1)!, 1),
  });
  return fixture({ causal, draft: randomModel(2), masked: maskedModel(rowAfter) });
}

/** Every token can follow every other, with known probabilities; so in the draft and the masked model, with others. */
export function uncertainFixture(): Fixture {
  const table = randomTable(seededRandom(3), VOCAB_SIZE);
  const masked = maskedModel((token, distance) => Float32Array.from(table[(token + distance) % VOCAB_SIZE]!, Math.log));
  return fixture({ causal: randomModel(1), draft: randomModel(2), masked });
}

/** The same fixture with one of its models replaced. */
export function withModel<Role extends ModelRole>(
  { models }: Fixture,
  role: Role,
  change: (model: FixtureModels[Role]) => FixtureModels[Role],
): Fixture {
  return fixture({ ...models, [role]: change(models[role]) });
}

function fixture(models: FixtureModels): Fixture {
  const all = Object.values(models) as readonly (TestModel | TestMaskedModel)[];
  const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
  return {
    models,
    openSessions: () => sum(all.map((model) => model.openSessions())),
    passes: () => sum(all.map((model) => model.passes().length)),
    alteredRows: () => sum(all.map((model) => model.alteredRows())),
  };
}

function randomModel(seed: number): TestModel {
  return tableModel({ probabilities: randomTable(seededRandom(seed), VOCAB_SIZE), contextLength: CONTEXT_LENGTH, tree: true });
}

/** Says of each place what `rowAfter` gives for the last known token before it and the distance to that. */
function maskedModel(rowAfter: (token: number, distance: number) => Float32Array): TestMaskedModel {
  return memoryMaskedModel({
    vocabSize: VOCAB_SIZE,
    contextLength: CONTEXT_LENGTH,
    maskTokenId: MASK,
    logitsAt(prefix, canvas, index) {
      const before = [...prefix, ...canvas.subarray(0, index)];
      const known = before.findLastIndex((token) => token !== MASK);
      return rowAfter(before[known] ?? 0, before.length - known);
    },
  });
}

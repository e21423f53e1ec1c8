import { type ModelRole, seededRandom, type TokenId } from "@decodekit/core";
import { memoryMaskedModel, memoryModel, randomTable, type TestMaskedModel, type TestModel } from "@decodekit/core/testing";
import { certainPrompt, certainText, certainToken, hashOf, MASK, VOCAB_SIZE } from "./certain-text.ts";

export const CONTEXT_LENGTH = 32;

interface FixtureModels {
  readonly causal: TestModel;
  readonly draft: TestModel;
  readonly masked: TestMaskedModel;
}

/** What one row of logits followed: for a masked model the committed tokens, and the canvas. */
export interface Read {
  readonly role: ModelRole;
  /** Number of the pass among those of its model, from 0. */
  readonly pass: number;
  readonly sequence: Int32Array;
}

/** Models to decode on, by role, and what was done with them. */
export interface Fixture {
  readonly models: FixtureModels;
  /** Whether each model says one token only at every place, which a decoder must follow. */
  readonly isCertain: boolean;
  /** Every row of logits that was computed, in order; the row of a pass with the longest sequence tells all that the pass knew. */
  readonly reads: readonly Read[];
  /** Sessions of all models that are not disposed. */
  openSessions(): number;
  /** Passes of all models that ended well. */
  passes(): number;
  /** Rows of logits of all models that were written to. */
  alteredRows(): number;
  /** How many times a row was asked for after its time. */
  staleReads(): number;
}

export const prompt = (): Int32Array => certainPrompt(3);

export interface CertainModels {
  /** What the draft model says: often something else, or the same. @defaultValue "random" */
  readonly draft?: "random" | "certain";
  /**
   * Where the canvas is "ignored", the masked model goes on from the committed tokens, or from the first of the canvas where there are
   * none, whatever stands on it: random tokens too, in place of masks. Where it is "read", also from the tokens before the first mask.
   * @defaultValue "ignored"
   */
  readonly canvas?: "ignored" | "read";
}

/** Causal and masked model are certain of one text, `certainText`, which goes on from the whole sequence. */
export function certainFixture({ draft = "random", canvas: reading = "ignored" }: CertainModels = {}): Fixture {
  return fixture(true, (reads) => ({
    causal: causalModel("causal", reads, (prefix) => certainRow(certainToken(prefix))),
    draft: causalModel("draft", reads, draft === "certain" ? (prefix) => certainRow(certainToken(prefix)) : randomRows(2)),
    masked: maskedModel(reads, (prefix, canvas, index) => {
      const firstMask = canvas.indexOf(MASK);
      const shown = firstMask < 0 ? canvas.length : firstMask;
      const read = reading === "read" ? shown : Math.min(shown, prefix.length > 0 ? 0 : 1);
      const known = Int32Array.of(...prefix, ...canvas.subarray(0, read));
      const place = prefix.length + index - known.length;
      return certainRow(place < 0 ? known.at(place)! : certainText(known, place + 1)[place]!);
    }),
  }));
}

/** Every token can come everywhere, with probabilities that depend on the whole sequence; so in the draft and the masked model. */
export function uncertainFixture(): Fixture {
  const masked = randomRows(3);
  return fixture(false, (reads) => ({
    causal: causalModel("causal", reads, randomRows(1)),
    draft: causalModel("draft", reads, randomRows(2)),
    // As real ones may, it likes the mask token best.
    masked: maskedModel(reads, (prefix, canvas, index) => masked(Int32Array.of(...prefix, ...canvas, index)).fill(1, MASK, MASK + 1)),
  }));
}

/** The same fixture with one of its models replaced by one that does something to it. */
export function withModel<Role extends ModelRole>(
  { models, isCertain, reads }: Fixture,
  role: Role,
  change: (model: FixtureModels[Role]) => FixtureModels[Role],
): Fixture {
  return withLedgers({ ...models, [role]: change(models[role]) }, isCertain, reads);
}

function fixture(isCertain: boolean, createModels: (reads: Read[]) => FixtureModels): Fixture {
  const reads: Read[] = [];
  return withLedgers(createModels(reads), isCertain, reads);
}

function withLedgers(models: FixtureModels, isCertain: boolean, reads: readonly Read[]): Fixture {
  const all = Object.values(models) as readonly (TestModel | TestMaskedModel)[];
  const sum = (amountOf: (model: TestModel | TestMaskedModel) => number): number =>
    all.reduce((total, model) => total + amountOf(model), 0);
  return {
    models,
    isCertain,
    reads,
    openSessions: () => sum((model) => model.openSessions()),
    passes: () => sum((model) => model.passes().length),
    alteredRows: () => sum((model) => model.alteredRows()),
    staleReads: () => sum((model) => model.staleReads()),
  };
}

type Rows = (sequence: Int32Array) => Float32Array;

function causalModel(role: ModelRole, reads: Read[], rowAfter: Rows): TestModel {
  const model: TestModel = memoryModel({
    vocabSize: VOCAB_SIZE,
    contextLength: CONTEXT_LENGTH,
    tree: true,
    logitsAfter(sequence) {
      reads.push({ role, pass: model.passes().length - 1, sequence });
      return rowAfter(sequence);
    },
  });
  return model;
}

function maskedModel(reads: Read[], rowAt: (prefix: Int32Array, canvas: Int32Array, index: number) => Float32Array): TestMaskedModel {
  const model: TestMaskedModel = memoryMaskedModel({
    vocabSize: VOCAB_SIZE,
    contextLength: CONTEXT_LENGTH,
    maskTokenId: MASK,
    logitsAt(prefix, canvas, index) {
      // The pass counts once its rows are there; rows that leave one token out come after those that see all.
      const pass = model.passes().length;
      const last = reads.findLast(({ role }) => role === "masked");
      if (last?.pass !== pass) reads.push({ role: "masked", pass, sequence: Int32Array.of(...prefix, ...canvas) });
      return rowAt(prefix, canvas, index);
    },
  });
  return model;
}

function certainRow(token: TokenId): Float32Array {
  const row = new Float32Array(VOCAB_SIZE).fill(-Infinity);
  row[token] = 0;
  return row;
}

function randomRows(seed: number): Rows {
  const table = randomTable(seededRandom(seed), VOCAB_SIZE);
  return (sequence) => Float32Array.from(table[hashOf(sequence, seed) % VOCAB_SIZE]!, Math.log);
}

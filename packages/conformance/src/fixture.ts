import { type LogitsProcessor, type ModelRole, seededRandom, type TokenId } from "@decodekit/core";
import {
  memoryDraftHead,
  memoryMaskedModel,
  memoryModel,
  type PartsOptions,
  positionState,
  randomTable,
  type TestDraftHead,
  type TestMaskedModel,
  type TestModel,
} from "@decodekit/core/testing";
import { withProcessors } from "@decodekit/core/toolkit";
import { certainPrompt, certainText, certainToken, hashOf, MASK, VOCAB_SIZE } from "./certain-text.ts";

export const CONTEXT_LENGTH = 32;
/** Number of values of a hidden state. */
const STATE_SIZE = 4;

/** A causal model with a draft head, which decoders may use. */
export interface TestTarget extends TestModel {
  readonly draftHead: TestDraftHead;
}

interface FixtureModels {
  readonly causal: TestTarget;
  readonly draft: TestModel;
  readonly masked: TestMaskedModel;
}

/** The tokens that one row of logits followed; for a masked model, the committed tokens and the canvas. */
export interface Read {
  readonly role: ModelRole;
  /** Number of the pass among those of the model, from 0. */
  readonly pass: number;
  readonly sequence: Int32Array;
}

/** Models to decode with, by role, and a record of their use. */
export interface Fixture {
  readonly models: FixtureModels;
  /** Whether each model allows only one token at every position, which a decoder must follow. */
  readonly isCertain: boolean;
  /** Every computed row of logits, in order; the row with the longest sequence of a pass shows all tokens that the pass read. */
  readonly reads: readonly Read[];
  /** Returns the number of sessions, of all models, that are not disposed. */
  openSessions(): number;
  /** Returns the number of successful passes of all models. */
  passes(): number;
  /** Returns the number of rows of logits, of all models, that were written to. */
  modifiedRows(): number;
  /** Returns how often a row was read after its session's next pass. */
  staleRowReads(): number;
}

export const prompt = (): Int32Array => certainPrompt(3);

export interface CertainModels {
  /**
   * With "processed", the causal model itself predicts random tokens, and a processor makes its rows certain (`withProcessors`).
   * @defaultValue "certain"
   */
  readonly causal?: "certain" | "processed";
  /** Whether the draft model predicts random tokens, or those of the causal model. @defaultValue "random" */
  readonly draft?: "random" | "certain";
  /**
   * With "ignored", the masked model continues the committed tokens, or the first token of the canvas if there are none, whatever the
   * canvas holds (a decoder may fill it with random tokens instead of masks). With "read", it also continues the tokens before the
   * first mask.
   * @defaultValue "ignored"
   */
  readonly canvas?: "ignored" | "read";
}

/** Models of which the causal and the masked one are certain of one text, `certainText`, which depends on the whole sequence. */
export function certainFixture({ causal = "certain", draft = "random", canvas: reading = "ignored" }: CertainModels = {}): Fixture {
  return fixture(true, (reads) => ({
    causal: withHead(
      causal === "certain"
        ? causalModel("causal", reads, (prefix) => certainRow(certainToken(prefix)))
        : madeCertain(causalModel("causal", reads, randomRows(1))),
      draft === "certain" ? (prefix, distance) => certainRow(certainText(prefix, distance + 1)[distance]!) : randomRows(2),
    ),
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

/**
 * Models that allow every token everywhere, with probabilities that depend on the whole sequence. With `parts` the sessions of the causal
 * models give parts of rows to callers that ask for them.
 */
export function uncertainFixture(parts?: PartsOptions): Fixture {
  const masked = randomRows(3);
  return fixture(false, (reads) => ({
    causal: withHead(causalModel("causal", reads, randomRows(1), parts), randomRows(2)),
    draft: causalModel("draft", reads, randomRows(2), parts),
    // The mask token is the most likely one, as it may be in real models.
    masked: maskedModel(reads, (prefix, canvas, index) => masked(Int32Array.of(...prefix, ...canvas, index)).fill(1, MASK, MASK + 1)),
  }));
}

/** Returns the fixture with one of its models replaced by `change` of it. */
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
  const { draftHead } = models.causal;
  const sum = (amountOf: (model: TestModel | TestMaskedModel) => number): number =>
    all.reduce((total, model) => total + amountOf(model), 0);
  return {
    models,
    isCertain,
    reads,
    openSessions: () => sum((model) => model.openSessions()) + draftHead.openSessions(),
    passes: () => sum((model) => model.passes().length) + draftHead.passes().length,
    modifiedRows: () => sum((model) => model.modifiedRows()),
    staleRowReads: () => sum((model) => model.staleRowReads()),
  };
}

type Rows = (sequence: Int32Array) => Float32Array;

function causalModel(role: ModelRole, reads: Read[], rowAfter: Rows, parts?: PartsOptions): TestModel {
  const model: TestModel = memoryModel({
    vocabSize: VOCAB_SIZE,
    contextLength: CONTEXT_LENGTH,
    tree: true,
    parts,
    layerStatesAfter: positionState,
    hiddenStateAfter: (sequence) => Float32Array.from({ length: STATE_SIZE }, (_, index) => (hashOf(sequence, index) % 7) - 3),
    logitsAfter(sequence) {
      reads.push({ role, pass: model.passes().length - 1, sequence });
      return rowAfter(sequence);
    },
  });
  return model;
}

/** Returns the model with a draft head. */
function withHead(model: TestModel, logitsAfter: (prefix: Int32Array, distance: number) => Float32Array): TestTarget {
  return { ...model, draftHead: memoryDraftHead({ kind: "eagle", contextLength: CONTEXT_LENGTH, logitsAfter }) };
}

/** Returns the model with a processor that makes every row certain of the token of `certainText`. */
function madeCertain(model: TestModel): TestModel {
  const processor: LogitsProcessor = (row, { tokens }) => row.set(certainRow(certainToken(tokens)));
  return { ...model, ...withProcessors(model, [processor]) };
}

function maskedModel(reads: Read[], rowAt: (prefix: Int32Array, canvas: Int32Array, index: number) => Float32Array): TestMaskedModel {
  const model: TestMaskedModel = memoryMaskedModel({
    vocabSize: VOCAB_SIZE,
    contextLength: CONTEXT_LENGTH,
    maskTokenId: MASK,
    logitsAt(prefix, canvas, index) {
      // The pass is counted once its rows exist; leave-one-out rows come after the others.
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

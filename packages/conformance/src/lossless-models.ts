import { type RandomSource, seededRandom, type TokenId } from "@decodekit/core";
import {
  memoryDraftHead,
  memoryMaskedModel,
  positionState,
  type ProbabilityTable,
  randomTable,
  tableModel,
  type TestMaskedModel,
  type TestModel,
} from "@decodekit/core/testing";
import { hashOf } from "./certain-text.ts";
import type { TestTarget } from "./fixture.ts";

/** Models with known probabilities on which a decoder's output is enumerated. */
export interface LosslessCase {
  /** Name of the kind of models, for example "zeros". */
  readonly family: string;
  /** Seed of the models, an integer >= 1. */
  readonly seed: number;
  readonly models: { readonly causal: TestTarget; readonly draft: TestModel; readonly masked: TestMaskedModel };
  /** Contains every token and a repetition, so that n-gram drafters find matches. */
  readonly prompt: Int32Array;
  /** Can be predicted, and is drafted. */
  readonly stopToken: TokenId;
  /** Tokens to decode: enough for drafts of 2 if every token can follow, of 4 if only two can. */
  readonly maxNewTokens: number;
}

const VOCAB_SIZE = 4;
const STOP = 3;
/** The mask token of masked models: token 2, since the vocabulary has no spare token. */
const MASK = 2;
const CONTEXT_LENGTH = 24;

type Row = readonly number[];
type Rows = (prefix: Int32Array) => Row;

/** Kinds of models: the rows of a target and of a draft model, from random tables. */
const families: Readonly<
  Record<string, { readonly tokens: number; readonly rows: (random: RandomSource) => readonly [target: Rows, draft: Rows] }>
> = {
  random: { tokens: 4, rows: (random) => [byLast(random.fork(1)), byLast(random.fork(2))] },
  zeros: { tokens: 4, rows: (random) => [without(byLast(random.fork(1)), 1, 1), without(byLast(random.fork(2)), 2, 1)] },
  "few successors": { tokens: 6, rows: (random) => [without(byLast(random.fork(1)), 1, 2), without(byLast(random.fork(2)), 0, 2)] },
  "equal to the draft": { tokens: 4, rows: (random) => [byLast(random.fork(1)), byLast(random.fork(1))] },
  "disjoint from the draft": {
    tokens: 5,
    rows: (random) => [only(byLast(random.fork(1)), [0, STOP]), only(byLast(random.fork(2)), [1, MASK])],
  },
  "certain draft": { tokens: 4, rows: (random) => [without(byLast(random.fork(1)), 2, 1), likeliest(byLast(random.fork(2)))] },
  history: { tokens: 4, rows: (random) => [byHistory(random.fork(1)), byHistory(random.fork(2))] },
};

/** Returns every family with each seed. Every call creates new models. */
export function losslessCases(seeds: readonly number[] = [1, 2, 3, 4, 5]): readonly LosslessCase[] {
  return Object.entries(families).flatMap(([family, { tokens, rows }]) =>
    seeds.map((seed) => {
      const [target, draft] = rows(seededRandom(seed));
      return {
        family,
        seed,
        models: { causal: withHead(causalModel(target), draft), draft: causalModel(draft), masked: maskedModel(draft, tokens) },
        prompt: Int32Array.of(0, 1, 2, 3, 0, 1),
        stopToken: STOP,
        maxNewTokens: tokens,
      };
    }),
  );
}

function causalModel(probabilities: Rows): TestModel {
  return tableModel({ probabilities, vocabSize: VOCAB_SIZE, contextLength: CONTEXT_LENGTH, tree: true, layerStatesAfter: positionState });
}

/** Returns the model with a draft head that predicts what the draft model does. */
function withHead(model: TestModel, rows: Rows): TestTarget {
  const logitsAfter = (prefix: Int32Array, distance: number): Float32Array => {
    const last = (prefix.at(-1)! + distance) % VOCAB_SIZE;
    return Float32Array.from(rows(Int32Array.of(...prefix.subarray(0, -1), last)), Math.log);
  };
  return { ...model, draftHead: memoryDraftHead({ kind: "eagle", contextLength: CONTEXT_LENGTH, logitsAfter }) };
}

/** Returns a masked model whose marginals depend on the last known token and its distance; if `tokens` exceeds 4, one token is excluded. */
function maskedModel(rows: Rows, tokens: number): TestMaskedModel {
  return memoryMaskedModel({
    vocabSize: VOCAB_SIZE,
    contextLength: CONTEXT_LENGTH,
    maskTokenId: MASK,
    logitsAt(prefix, canvas, index) {
      const anchor = canvas[0] === MASK ? (prefix.at(-1) ?? 0) : canvas[0]!;
      const row = rows(Int32Array.of(prefix.length, anchor + index));
      const excluded = tokens > 4 ? [0, 1, STOP][(anchor + index) % 3] : undefined;
      return Float32Array.from(row, (probability, token) => (token === excluded ? -Infinity : Math.log(probability + 0.01)));
    },
  });
}

/** Rows that depend on the last token. */
function byLast(random: RandomSource): Rows {
  const table = randomTable(random, VOCAB_SIZE);
  return (prefix) => table[prefix.at(-1)! % VOCAB_SIZE]!;
}

/** Rows that depend on every token of the prefix and its position. */
function byHistory(random: RandomSource): Rows {
  const tables: readonly ProbabilityTable[] = Array.from({ length: 2 * VOCAB_SIZE }, (_, key) => randomTable(random.fork(key), VOCAB_SIZE));
  return (prefix) => tables[hashOf(prefix) % tables.length]![prefix.at(-1)! % VOCAB_SIZE]!;
}

/** The same rows with `count` tokens forbidden, depending on the last token and `offset`. */
function without(rows: Rows, offset: number, count: number): Rows {
  return (prefix) => {
    const first = (prefix.at(-1)! + offset) % VOCAB_SIZE;
    return normalised(rows(prefix).map((probability, token) => ((token - first + VOCAB_SIZE) % VOCAB_SIZE < count ? 0 : probability)));
  };
}

function only(rows: Rows, allowed: readonly TokenId[]): Rows {
  return (prefix) => normalised(rows(prefix).map((probability, token) => (allowed.includes(token) ? probability : 0)));
}

function likeliest(rows: Rows): Rows {
  return (prefix) => {
    const row = rows(prefix);
    return row.map((_, token) => (token === row.indexOf(Math.max(...row)) ? 1 : 0));
  };
}

function normalised(row: Row): Row {
  const total = row.reduce((sum, probability) => sum + probability, 0);
  return row.map((probability) => probability / total);
}

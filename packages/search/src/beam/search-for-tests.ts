import { logSoftmax, seededRandom, type TokenId } from "@decodekit/core";
import { memoryModel, type TestModel } from "@decodekit/core/testing";
import type { BeamSearchOptions } from "./beam-search-options.ts";

/** Logits after a sequence, which depend on all of it. */
export type Rows = (sequence: readonly TokenId[]) => readonly number[];

/** Random rows of `vocabSize` logits; the last token, which may stop a text, is likelier than others by `stopBonus` nats. */
export function randomRows(seed: number, vocabSize: number, stopBonus = 0): Rows {
  const random = seededRandom(seed);
  return (sequence) => {
    const own = sequence.reduce((source, token) => source.fork(token), random.fork(sequence.length));
    return Array.from({ length: vocabSize }, (_, token) => Math.fround(3 * own.uniform() + (token === vocabSize - 1 ? stopBonus : 0)));
  };
}

/** A model with these rows. */
export function modelWith(rows: Rows, vocabSize: number): TestModel {
  return memoryModel({ vocabSize, contextLength: 32, logitsAfter: (prefix) => Float32Array.from(rows([...prefix])) });
}

export interface Found {
  readonly tokens: readonly TokenId[];
  readonly score: number;
  readonly finishReason: "stop" | "length";
}

/** A search on known rows. */
export interface KnownSearch {
  readonly rows: Rows;
  readonly prompt: readonly TokenId[];
  readonly stopTokens: readonly TokenId[];
  readonly newTokens: number;
}

/** Every text of at most `newTokens` tokens, the best score first. */
export function allTexts({ rows, prompt, stopTokens, newTokens }: KnownSearch, lengthPenalty: number): readonly Found[] {
  const texts: Found[] = [];
  const extend = (tokens: readonly TokenId[], total: number): void => {
    for (const [token, logProbability] of logSoftmax(rows([...prompt, ...tokens])).entries()) {
      const [sum, length] = [total + logProbability, tokens.length + 1];
      const score = sum / length ** lengthPenalty;
      if (stopTokens.includes(token)) texts.push({ tokens, score, finishReason: "stop" });
      else if (length === newTokens) texts.push({ tokens: [...tokens, token], score, finishReason: "length" });
      else extend([...tokens, token], sum);
    }
  };
  extend([], 0);
  return texts.toSorted((a, b) => b.score - a.score);
}

type Options = { readonly [Name in keyof BeamSearchOptions]-?: NonNullable<BeamSearchOptions[Name]> };

interface Line {
  readonly tokens: readonly TokenId[];
  readonly total: number;
}

/**
 * Beam search by its definition, with every token of every row: each group's candidates are sorted; the first `size` may end, and the first
 * `size` others go on. Texts that reach the limit end too.
 */
export function searchByDefinition(search: KnownSearch, options: Options): readonly Found[] {
  const { prompt, stopTokens, newTokens, rows } = search;
  const size = options.beams / options.groups;
  const groups = Array.from({ length: options.groups }, () => ({
    lines: [{ tokens: [], total: 0 }] as readonly Line[],
    found: [] as Found[],
  }));
  for (let length = 1; length <= newTokens; length++) {
    const chosen: TokenId[] = [];
    for (const group of groups) {
      if (group.lines.length === 0) continue;
      const candidates = group.lines.flatMap(({ tokens, total }) => {
        const logProbabilities = [...logSoftmax(rows([...prompt, ...tokens]))];
        return logProbabilities.map((logProbability, token) => {
          const timesChosen = chosen.filter((each) => each === token).length;
          return { tokens: [...tokens, token], total: total + logProbability - options.diversityPenalty * timesChosen };
        });
      });
      // Sorting is stable: beams, and then tokens, stay in order.
      candidates.sort((a, b) => b.total - a.total);
      const isStop = ({ tokens }: Line): boolean => stopTokens.includes(tokens.at(-1)!);
      const scoreAt = (total: number, at: number): number => total / at ** options.lengthPenalty;
      const ended = candidates.slice(0, size).filter((line) => isStop(line) || length === newTokens);
      for (const line of ended) {
        const tokens = isStop(line) ? line.tokens.slice(0, -1) : line.tokens;
        group.found.push({ tokens, score: scoreAt(line.total, length), finishReason: isStop(line) ? "stop" : "length" });
      }
      group.found.sort((a, b) => b.score - a.score);
      group.found.splice(size);
      group.lines = candidates.filter((line) => !isStop(line)).slice(0, size);
      chosen.push(...group.lines.map(({ tokens }) => tokens.at(-1)!));
      const isFull = group.found.length === size;
      const { earlyStopping, lengthPenalty } = options;
      const bestLength = earlyStopping === "never" && lengthPenalty > 0 ? newTokens : length;
      const best = options.groups > 1 ? candidates[0] : group.lines[0];
      const isOver = isFull && (earlyStopping === true || scoreAt(best?.total ?? -Infinity, bestLength) <= group.found.at(-1)!.score);
      if (isOver) group.lines = [];
    }
  }
  return groups.flatMap(({ found }) => found).toSorted((a, b) => b.score - a.score);
}

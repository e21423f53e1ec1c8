/// <reference types="node" />
import { readFileSync } from "node:fs";
import { type LogitsProcessor, softmax } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import {
  allowedTokens,
  badWords,
  type BiasedSequence,
  chain,
  dry,
  dynamicTemperature,
  epsilonCutoff,
  etaCutoff,
  exponentialLengthPenalty,
  forcedFirstToken,
  forcedLastToken,
  forcedTokensAt,
  frequencyPenalty,
  minLength,
  minNewTokens,
  minP,
  noRepeatNgram,
  normalise,
  pLess,
  presencePenalty,
  removeNonFinite,
  repetitionPenalty,
  sequenceBias,
  suppressAtBegin,
  suppressTokens,
  temperature,
  topH,
  topK,
  topNSigma,
  topP,
  typical,
  watermark,
  xtc,
} from "./index.ts";
import { guidedLogits } from "./guidance/guided-logits.ts";

// Numbers from llama.cpp (MIT), transformers and two ports of it (Apache-2.0); the files name their sources and explain their fields.
interface Case {
  readonly name: string;
  readonly operation: string;
  readonly input: {
    readonly probabilities?: readonly number[];
    readonly logits?: readonly (number | string)[] | "ln(id)";
    readonly unconditionalLogits?: readonly number[];
    readonly vocabularySize?: number;
    readonly tokens?: readonly number[];
    readonly history?: readonly number[];
    readonly sourceTokens?: readonly number[];
    readonly promptLength?: number;
    readonly processor?: string;
  };
  readonly options: Readonly<Record<string, unknown>>;
  readonly expected: {
    readonly kept?: readonly number[];
    readonly removed?: readonly number[];
    readonly keptCount?: number;
    readonly logits?: readonly (number | string)[];
    readonly probabilities?: readonly number[];
    readonly probabilitySum?: number;
    readonly renormalised?: boolean;
    readonly error?: true;
    readonly steps?: readonly { readonly kept: number; readonly smallestId: number; readonly largestId: number }[];
  };
  readonly tolerance: number;
}

/** The options of every operation, by the names that the files give them. */
type Settings = { readonly [Name in OptionName]: never };
type OptionName =
  | "allowed"
  | "allowedLength"
  | "base"
  | "beginIndex"
  | "bias"
  | "biases"
  | "breakers"
  | "epsilon"
  | "exponent"
  | "factor"
  | "frequency"
  | "h"
  | "hashingKey"
  | "ignorePrompt"
  | "k"
  | "lastN"
  | "maxLength"
  | "minKeep"
  | "minLength"
  | "minNewTokens"
  | "minP"
  | "multiplier"
  | "n"
  | "normalise"
  | "p"
  | "penalty"
  | "presence"
  | "probability"
  | "processors"
  | "range"
  | "ratio"
  | "repeat"
  | "scale"
  | "scheme"
  | "sequences"
  | "size"
  | "start"
  | "stopTokens"
  | "temperature"
  | "threshold"
  | "token"
  | "tokens";

type Factory = (options: Settings, input: Case["input"]) => LogitsProcessor;

const inOrder = (...processors: readonly LogitsProcessor[]): LogitsProcessor => {
  return (row, context) => {
    for (const process of processors) process(row, context);
  };
};

const transformers: Readonly<Record<string, Factory>> = {
  "min-length": ({ minLength: count, stopTokens }) => minLength(count, stopTokens),
  "min-new-tokens": ({ minNewTokens: count, stopTokens }) => minNewTokens(count, stopTokens),
  temperature: (options) => temperature(options.temperature),
  "repetition-penalty": ({ penalty, normalise: isNormalised, ignorePrompt }) => {
    const penalise = repetitionPenalty(penalty, ignorePrompt ? { of: "output" } : {});
    return isNormalised ? inOrder(normalise(), penalise) : penalise;
  },
  "encoder-repetition-penalty": ({ penalty, normalise: isNormalised }) => {
    const reward = repetitionPenalty(1 / penalty, { of: "prompt" });
    return isNormalised ? inOrder(normalise(), reward) : reward;
  },
  "top-k": ({ k, minKeep }) => topK(k, { minKeep, ties: "all" }),
  "top-p": ({ p, minKeep }) => topP(p, { minKeep }),
  "top-h": ({ h }) => topH(h),
  "min-p": (options) => minP(options.minP, { minKeep: options.minKeep }),
  typical: ({ p, minKeep }) => typical(p, { minKeep }),
  epsilon: ({ epsilon, minKeep }) => epsilonCutoff(epsilon, { minKeep }),
  eta: ({ epsilon, minKeep }) => etaCutoff(epsilon, { minKeep }),
  "no-repeat-ngram": ({ size }) => noRepeatNgram(size),
  "encoder-no-repeat-ngram": ({ size }) => noRepeatNgram(size, { of: "prompt" }),
  "bad-words": ({ sequences, stopTokens }) => badWords(sequences, { stopTokens }),
  "allowed-tokens": ({ allowed }) => allowedTokens(allowed),
  "sequence-bias": ({ biases }) => sequenceBias(biases as readonly BiasedSequence[]),
  "forced-first": ({ token }) => forcedFirstToken(token, { length: 1 }),
  "forced-last": ({ token, maxLength }) => forcedLastToken(token, maxLength),
  "forced-tokens": ({ tokens }) => forcedTokensAt(new Map(tokens as readonly [number, number][])),
  suppress: ({ tokens }) => suppressTokens(tokens),
  "suppress-at-begin": ({ tokens, beginIndex }) => suppressAtBegin(tokens, { length: beginIndex }),
  "remove-non-finite": () => removeNonFinite(),
  "exponential-decay-length": ({ start, factor, stopTokens }) => exponentialLengthPenalty({ start, factor, stopTokens }),
  normalise: () => normalise(),
  guidance: ({ scale }, { unconditionalLogits }) => {
    return (row) => row.set(guidedLogits(row.slice(), Float32Array.from(unconditionalLogits!), scale));
  },
  watermark: ({ ratio, bias, hashingKey, scheme }) => watermark({ ratio, bias, hashingKey, scheme }),
  chain: ({ processors }) => {
    return inOrder(...(processors as readonly [string, Settings][]).map(([name, options]) => transformers[name]!(options, {})));
  },
  refused: (options, { processor }) => transformers[processor!]!(options, {}),
};

const llamaCpp: Readonly<Record<string, Factory>> = {
  temperature: (options) => temperature(options.temperature),
  "dynamic-temperature": ({ temperature: middle, range, exponent }) => dynamicTemperature({ temperature: middle, range, exponent }),
  // 0 switches it off there.
  "top-k": ({ k }) => (k === 0 ? inOrder() : topK(k)),
  "top-p": ({ p }) => topP(Math.max(p, Number.MIN_VALUE)),
  // Above 1 only the most likely token is left there, as at 1.
  "min-p": (options) => minP(Math.min(options.minP, 1)),
  xtc: ({ probability, threshold }) => xtc({ probability: probability && 1, threshold }),
  typical: ({ p }) => typical(p),
  penalties: ({ repeat, frequency, presence, lastN }) => {
    return inOrder(repetitionPenalty(repeat, { lastN }), frequencyPenalty(frequency, { lastN }), presencePenalty(presence, { lastN }));
  },
  dry: ({ lastN, ...options }) => dry({ ...(options as never as Parameters<typeof dry>[0]), lastN: lastN === -1 ? undefined : lastN }),
  "top-n-sigma": ({ n }) => (n === 0 ? inOrder() : topNSigma(n)),
  "p-less": () => pLess(),
};

function casesIn(file: string): readonly Case[] {
  return (JSON.parse(readFileSync(new URL(`../golden/${file}.json`, import.meta.url), "utf8")) as { readonly cases: readonly Case[] })
    .cases;
}

function rowOf({ probabilities, logits, vocabularySize = 0 }: Case["input"]): Float32Array {
  if (logits === "ln(id)") return Float32Array.from({ length: vocabularySize }, (_, token) => Math.log(token));
  return Float32Array.from(logits?.map(numberOf) ?? probabilities!.map(Math.log));
}

const numberOf = (value: number | string): number => (value === "-inf" ? -Infinity : value === "inf" ? Infinity : Number(value));

function contextOf({ tokens, history, sourceTokens, promptLength }: Case["input"]): Parameters<LogitsProcessor>[1] {
  // The source of an encoder is the prompt here, and the tokens of the case follow it.
  const all = Int32Array.from([...(sourceTokens ?? []), ...(tokens ?? history ?? [])]);
  return { tokens: all, promptLength: sourceTokens?.length ?? promptLength ?? all.length };
}

const keptIn = (row: ArrayLike<number>): readonly number[] =>
  Array.from(row).flatMap((value, token) => (value === -Infinity ? [] : [token]));

/** Applies the processor to the row of a case, on its own and in a chain, which must agree; returns the row. */
function processed(process: LogitsProcessor, input: Case["input"]): Float32Array {
  const row = rowOf(input);
  const context = contextOf(input);
  const hasDistribution = row.every((logit) => logit < Infinity);
  const before = hasDistribution ? chain([process]).distribution(row, context) : undefined;
  process(row, context);
  if (before) for (const [token, probability] of softmax(row).entries()) expect(before[token]).toBeCloseTo(probability, 6);
  return row;
}

function expectCase({ input, expected, tolerance }: Case, process: LogitsProcessor): void {
  const row = processed(process, input);
  const kept = keptIn(row);
  let facts = 0;
  const fact = (check: () => void): void => {
    check();
    facts++;
  };
  if (expected.kept) fact(() => expect(kept).toEqual(expected.kept));
  if (expected.keptCount !== undefined) fact(() => expect(kept).toHaveLength(expected.keptCount!));
  if (expected.removed) fact(() => expect(kept).toEqual([...row.keys()].filter((token) => !expected.removed!.includes(token))));
  // float32 has 7 digits.
  const near = (actual: number, value: number): void =>
    expect(Math.abs(actual - value)).toBeLessThanOrEqual(Math.max(tolerance, 1e-6 * Math.max(1, Math.abs(value))));
  if (expected.logits) {
    fact(() => {
      for (const [token, value] of expected.logits!.entries()) {
        if (value === "-inf") expect(row[token]).toBe(-Infinity);
        else near(row[token]!, numberOf(value));
      }
    });
  }
  if (expected.probabilitySum !== undefined)
    fact(() =>
      near(
        row.reduce((sum, logit) => sum + Math.exp(logit), 0),
        expected.probabilitySum!,
      ),
    );
  if (expected.probabilities) {
    const actual = softmax(row);
    const sum = expected.renormalised === false ? expected.probabilities.reduce((total, value) => total + value, 0) : 1;
    fact(() => {
      for (const [token, value] of expected.probabilities!.entries()) near(actual[token]!, value / sum);
    });
  }
  expect(facts).toBeGreaterThan(0);
}

describe.each([
  ["transformers", transformers],
  ["llama-cpp", llamaCpp],
] as const)("numbers of %s", (file, factories) => {
  test.each(casesIn(file).filter(({ operation }) => operation !== "order"))("$name", (golden) => {
    const make = (): LogitsProcessor => factories[golden.operation]!(golden.options as never, golden.input);
    if (golden.expected.error) expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }) as Error);
    else expectCase(golden, make());
  });
});

test.each(casesIn("llama-cpp").filter(({ operation }) => operation === "order"))("$name", ({ input, options, expected }) => {
  const processors = (options["order"] as readonly string[]).map((name) => llamaCpp[name]!(options as never, input));
  const row = rowOf(input);
  for (const [index, step] of expected.steps!.entries()) {
    processors[index]!(row, contextOf(input));
    const kept = keptIn(row);
    // Token 0 has the logit -Infinity, which the source counts as kept until a filter drops it.
    const all = step.smallestId === 0 ? [0, ...kept] : kept;
    expect([all.length, all[0], all.at(-1)]).toEqual([step.kept, step.smallestId, step.largestId]);
  }
  const distribution = chain(processors).distribution(rowOf(input), contextOf(input));
  expect(Array.from(distribution).flatMap((probability, token) => (probability > 0 ? [token] : []))).toEqual(keptIn(row));
});

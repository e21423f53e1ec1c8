import { argmax, type DecodeEvent, type Decoder, logSumExp, seededRandom, type Session, softmax } from "@decodekit/core";
import { collectDecode, memoryMaskedModel, memoryModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { arCritic, arThenRefine, confidenceCascade } from "../index.ts";

// The decoders, compared with their documented definition, computed without sessions, canvases or generators.
const MASK = 7;
const STOP = 5;
const prompt = [3, 1, 4];

/** Rows that depend on everything before and around a position; `spread` sets how certain they are. */
interface Rows {
  causal(prefix: readonly number[]): Float32Array;
  masked(prefix: readonly number[], canvas: readonly number[], index: number): Float32Array;
}

function rowsOf(seed: number, spread: number): Rows {
  const row = (tokens: readonly number[]): Float32Array => {
    const random = seededRandom(tokens.reduce((hash, value) => (hash * 31 + value + 1) % 1_000_003, seed));
    return Float32Array.from({ length: MASK + 1 }, (_, token) => (token === MASK ? -9 : spread * random.uniform()));
  };
  return { causal: (prefix) => row(prefix), masked: (prefix, canvas, index) => row([...prefix, ...canvas, prefix.length + index]) };
}

function mostLikely(row: Float32Array): number {
  const allowed = row.slice();
  allowed[MASK] = -Infinity;
  return argmax(allowed);
}

/** -ln p of each of `tokens` after `prefix`. */
function natsOf(rows: Rows, prefix: readonly number[], tokens: readonly number[]): number[] {
  return tokens.map((token, index) => {
    const row = rows.causal([...prefix, ...tokens.slice(0, index)]);
    return logSumExp(row) - row[token]!;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const isOpen = (token: number): boolean => token === MASK;

/** Positions of the greatest values first, the lowest position first among equals. */
function descending(values: readonly number[]): number[] {
  return [...values.keys()].toSorted((a, b) => values[b]! - values[a]! || a - b);
}

/** The observable behaviour of a decode: proposals as [start, ...tokens], and the number of passes. */
interface Shown {
  readonly proposals: number[][];
  passes: number;
  readonly tokens: number[];
}

/** Runs `block` until maxNewTokens or a stop token. It returns at most `remaining` tokens to commit after a prefix. */
function decodeBlocks(newTokens: number, block: (prefix: readonly number[], remaining: number, shown: Shown) => number[]): Shown {
  const shown: Shown = { proposals: [], passes: 0, tokens: [] };
  while (shown.tokens.length < newTokens) {
    const remaining = newTokens - shown.tokens.length;
    const given = block([...prompt, ...shown.tokens], remaining, shown).slice(0, remaining);
    const stop = given.indexOf(STOP);
    shown.tokens.push(...(stop < 0 ? given : given.slice(0, stop)));
    if (stop >= 0) break;
  }
  return shown;
}

/** Fills every open position in one pass. */
function fill(rows: Rows, prefix: readonly number[], canvas: readonly number[], shown: Shown): number[] {
  shown.passes++;
  const filled = canvas.map((token, index) => (isOpen(token) ? mostLikely(rows.masked(prefix, canvas, index)) : token));
  shown.proposals.push([prefix.length, ...filled]);
  return filled;
}

function criticByDefinition(rows: Rows, newTokens: number, options: { blockLength: number; rounds: number; tolerance: number }): Shown {
  const { blockLength, rounds, tolerance } = options;
  return decodeBlocks(newTokens, (prefix, remaining, shown) => {
    const length = Math.min(blockLength, remaining);
    let canvas: number[] = Array.from({ length }, () => MASK);
    for (let round = 1; ; round++) {
      canvas = fill(rows, prefix, canvas, shown);
      shown.passes++;
      if (round === rounds) break;
      const stop = canvas.indexOf(STOP);
      const nats = natsOf(rows, prefix, canvas).slice(0, stop < 0 ? length : stop + 1);
      const doubted = descending(nats).filter((position) => nats[position]! > tolerance);
      if (doubted.length === 0) break;
      for (const position of doubted.slice(0, Math.ceil(length * (1 - round / rounds)))) canvas[position] = MASK;
      shown.proposals.push([prefix.length, ...canvas]);
    }
    return [...canvas, argmax(rows.causal([...prefix, ...canvas]))];
  });
}

function refineByDefinition(rows: Rows, newTokens: number, options: { blockLength: number; rounds: number; share: number }): Shown {
  const { blockLength, rounds, share } = options;
  return decodeBlocks(newTokens, (prefix, remaining, shown) => {
    let best: number[] = [];
    while (best.length < Math.min(blockLength, remaining) && best.at(-1) !== STOP) {
      best.push(argmax(rows.causal([...prefix, ...best])));
      shown.passes++;
      shown.proposals.push([prefix.length, ...best]);
    }
    for (let round = 0; round < rounds; round++) {
      const nats = natsOf(rows, prefix, best);
      const free = new Set(descending(nats).slice(0, Math.max(1, Math.round(share * best.length))));
      const canvas = fill(
        rows,
        prefix,
        best.map((token, position) => (free.has(position) ? MASK : token)),
        shown,
      );
      if (canvas.join() === best.join()) break;
      shown.passes++;
      const isBetter = sum(natsOf(rows, prefix, canvas)) < sum(nats);
      if (isBetter) best = canvas;
      shown.proposals.push([prefix.length, ...best]);
      if (!isBetter) break;
    }
    return best;
  });
}

function cascadeByDefinition(rows: Rows, newTokens: number, options: { blockLength: number; threshold: number; steps: number }): Shown {
  let known: readonly number[] = [];
  return decodeBlocks(newTokens, (prefix, remaining, shown) => {
    const canvas = Array.from({ length: Math.min(options.blockLength, remaining) }, (_, position) => known[position] ?? MASK);
    for (let pass = 0; pass < options.steps && canvas.some(isOpen); pass++) {
      shown.passes++;
      const seen = [...canvas];
      const predicted = seen.map((token, position) => {
        if (!isOpen(token)) return undefined;
        const row = rows.masked(prefix, seen, position);
        row[MASK] = -Infinity;
        return Math.max(...softmax(row)) >= options.threshold ? argmax(row) : undefined;
      });
      if (predicted.every((token) => token === undefined)) break;
      for (const [position, token] of predicted.entries()) if (token !== undefined) canvas[position] = token;
      shown.proposals.push([prefix.length, ...canvas]);
    }
    const open = canvas.findIndex(isOpen);
    const gap = open < 0 ? canvas.length : open;
    const lead = canvas.slice(0, gap);
    shown.passes++;
    known = canvas.slice(gap + 1);
    return [...lead, argmax(rows.causal([...prefix, ...lead]))];
  });
}

/** The observable behaviour of `decoder` on models with these rows, with or without a shared cache. Excludes prefill passes. */
async function shownBy(decoder: Decoder<"causal" | "masked">, rows: Rows, newTokens: number, isShared = true): Promise<Shown> {
  const shape = { vocabSize: MASK + 1, contextLength: 64 };
  const own = memoryModel({ ...shape, logitsAfter: (prefix) => rows.causal([...prefix]) });
  const models = {
    // A session that the masked model does not recognise as its own.
    causal: isShared ? own : { ...own, createSession: async () => Object.create(await own.createSession()) as Session },
    masked: memoryMaskedModel({
      ...shape,
      maskTokenId: MASK,
      logitsAt: (prefix, canvas, index) => rows.masked([...prefix], [...canvas], index),
    }),
  };
  const decode = decoder.decode(models, Int32Array.from(prompt), { maxNewTokens: newTokens, stopTokens: [STOP] });
  const { tokens, events } = await collectDecode(decode);
  return {
    tokens: [...tokens],
    proposals: events.flatMap((event) => (event.type === "tokens-propose" ? [[event.start, ...event.tokens]] : [])),
    passes: events.filter((event: DecodeEvent) => event.type === "forward-end" && event.phase !== "prefill").length,
  };
}

const cases = [0, 1, 2, 3].flatMap((seed) => [2, 6].map((spread) => ({ seed, spread })));

test("models with separate caches produce the same output, and the masked one reads committed tokens", async () => {
  const rows = rowsOf(1, 2);
  const decoders = [arCritic({ blockLength: 4 }), arThenRefine({ blockLength: 4 }), confidenceCascade({ blockLength: 4, threshold: 0.3 })];
  for (const decoder of decoders) {
    const shared = await shownBy(decoder, rows, 9);
    expect(await shownBy(decoder, rows, 9, false)).toEqual(shared);
  }
});

test("each has its name", () => {
  expect([arCritic(), arThenRefine(), confidenceCascade()].map(({ name }) => name)).toEqual([
    "ar-critic",
    "ar-then-refine",
    "confidence-cascade",
  ]);
});

describe.each(cases)("by definition, seed $seed, spread $spread", ({ seed, spread }) => {
  const rows = rowsOf(seed, spread);

  test.each([
    { blockLength: 4, rounds: 3, tolerance: 0.5 },
    { blockLength: 5, rounds: 4, tolerance: 1.2 },
    { blockLength: 3, rounds: 1, tolerance: 0 },
  ])("ar-critic, %o", async (options) => {
    for (const newTokens of [1, 6, 14]) {
      expect(await shownBy(arCritic(options), rows, newTokens)).toEqual(criticByDefinition(rows, newTokens, options));
    }
  });

  test.each([
    { blockLength: 5, rounds: 3, share: 0.4 },
    { blockLength: 4, rounds: 1, share: 0.1 },
    { blockLength: 6, rounds: 6, share: 1 },
  ])("ar-then-refine, %o", async (options) => {
    for (const newTokens of [1, 7, 13]) {
      expect(await shownBy(arThenRefine(options), rows, newTokens)).toEqual(refineByDefinition(rows, newTokens, options));
    }
  });

  test.each([
    { blockLength: 4, threshold: 0.3, steps: 1 },
    { blockLength: 6, threshold: 0.25, steps: 3 },
    { blockLength: 3, threshold: 0.6, steps: 2 },
    { blockLength: 5, threshold: 0, steps: 2 },
  ])("confidence-cascade, %o", async (options) => {
    for (const newTokens of [1, 8, 15]) {
      expect(await shownBy(confidenceCascade(options), rows, newTokens)).toEqual(cascadeByDefinition(rows, newTokens, options));
    }
  });
});

import { builtInDecoders, type ComparedDecoder, decoderFromPlugin } from "@decodekit/compare";
import { type DecodeEvent, type DecoderPlugin, generate, type LanguageModel, type LogitsProcessor, seededRandom } from "@decodekit/core";
import { byteTokenizer, memoryMaskedModel, memoryModel, type UsageReport } from "@decodekit/core/testing";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { allDrafters } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { walkSessions } from "../support/session-walk.ts";

// With a prefix cache, whatever decoder runs, the events are those without, times aside.

const MASK = 7;
const STOP = 5;
const CONTEXT_LENGTH = 64;

/** Rows that depend on everything that they see. */
function rowOf(tokens: Iterable<number>, seed: number): Float32Array {
  let hash = seed;
  for (const token of tokens) hash = (hash * 31 + token + 1) % 1_000_003;
  const random = seededRandom(hash);
  return Float32Array.from({ length: MASK + 1 }, (_, token) => (token === MASK ? -9 : 4 * random.uniform()));
}

interface Models extends LanguageModel {
  readonly usage: readonly UsageReport[];
}

function models(): Models {
  const shape = { vocabSize: MASK + 1, contextLength: CONTEXT_LENGTH };
  const causal = memoryModel({ ...shape, tree: true, logitsAfter: (tokens) => rowOf(tokens, 1) });
  const draft = memoryModel({ ...shape, logitsAfter: (tokens) => rowOf(tokens.subarray(-3), 1) });
  const masked = memoryMaskedModel({ ...shape, maskTokenId: MASK, logitsAt: (prefix, canvas, at) => rowOf([...prefix, ...canvas, at], 2) });
  return { name: "letters", causal, draft, masked, tokenizer: byteTokenizer(), stopTokens: [STOP], usage: [causal, draft, masked] };
}

/** Makes each token of the output less likely, for decoders on decorated models. */
const noRepetition: LogitsProcessor = (row, { tokens, promptLength }) => {
  for (const token of tokens.subarray(promptLength)) row[token]! -= 1;
};

/** Options of a plugin that leave nothing to the clock, which the draft length "auto" follows. */
function fixedOptions({ options }: DecoderPlugin, preset: Readonly<Record<string, unknown>>): Record<string, number | boolean | string> {
  return { ...(preset as Record<string, number>), ...(options["draftLength"]?.default === "auto" && { draftLength: "3" }) };
}

const compared: readonly (readonly [name: string, create: () => ComparedDecoder])[] = [
  ...builtInDecoders.flatMap((plugin) =>
    plugin.presets.map(
      (preset, index) => [`${plugin.name} ${index}`, () => decoderFromPlugin(plugin, fixedOptions(plugin, preset))] as const,
    ),
  ),
  // Draft heads have a test of their own, in tests/src/draft-heads.
  ...Object.keys(allDrafters).flatMap((drafter) => {
    if (allDrafters[drafter]!().draftHead) return [];
    const plugin = builtInDecoders.find(({ name }) => name === "speculative")!;
    return [0, 1].map(
      (temperature) =>
        [`${drafter} at ${temperature}`, () => decoderFromPlugin(plugin, { drafter, draftLength: "3", temperature })] as const,
    );
  }),
];

/** Decodes of a walk through conversations: a prompt may go on from an earlier sequence, part from it, repeat it or be new. */
interface Turn {
  readonly prompt: Int32Array;
  readonly seed: number;
  /** Number of events after which the reader aborts. */
  readonly abortAfter: number | undefined;
  readonly isProcessed: boolean;
}

function nextTurn(sequences: readonly Int32Array[], random: ReturnType<typeof seededRandom>, seed: number): Turn {
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const tokens = (count: number): number[] => Array.from({ length: count }, () => below(MASK));
  const earlier = sequences[below(sequences.length + 1)] ?? new Int32Array(0);
  const kept = earlier.subarray(0, below(2) === 0 ? earlier.length : below(earlier.length + 1)).subarray(0, 30);
  const prompt = Int32Array.of(...kept, ...tokens(kept.length === 0 ? 1 + below(6) : below(4)));
  return { prompt, seed, abortAfter: below(4) === 0 ? 1 + below(12) : undefined, isProcessed: below(3) === 0 };
}

async function eventsOf(model: LanguageModel, { decoder }: ComparedDecoder, turn: Turn): Promise<DecodeEvent[]> {
  const controller = new AbortController();
  const options = { decoder, seed: turn.seed, maxNewTokens: 10, signal: controller.signal };
  const details = turn.isProcessed && decoder.requires.includes("causal") ? { processors: [noRepetition], logProbabilities: 2 } : {};
  const events: DecodeEvent[] = [];
  for await (const event of generate(model, turn.prompt, { ...options, ...details }).events) {
    events.push(event.type === "forward-end" ? { ...event, milliseconds: 0 } : event);
    if (events.length === turn.abortAfter) controller.abort(new Error("enough"));
  }
  return events;
}

function outputOf(events: readonly DecodeEvent[]): number[] {
  return events.flatMap((event) => (event.type === "tokens-commit" ? [...event.tokens] : []));
}

describe.each(compared)("%s", (_name, create) => {
  test.each([1, 2, 3])("has the same events with a prefix cache as without, conversations %d", async (seed) => {
    const random = seededRandom(seed);
    const plain = models();
    const below = models();
    const cached = withPrefixCache(below, { maxBytes: 400, maxSequences: 6 });
    const sequences: Int32Array[] = [];
    for (let turn = 0; turn < 12; turn++) {
      const next = nextTurn(sequences, random, turn);
      const expected = await eventsOf(plain, create(), next);
      expect(await eventsOf(cached, create(), next), `turn ${turn}`).toEqual(expected);
      sequences.push(Int32Array.of(...next.prompt, ...outputOf(expected)));
    }
    const { hits, positionsReused, sequences: kept, bytes } = cached.prefixCache.statistics();
    const [causal, draft, masked] = below.usage;
    expect(causal!.openSessions() + draft!.openSessions()).toBe(kept);
    expect(masked!.openSessions()).toBe(0);
    expect(bytes).toBeLessThanOrEqual(400);
    const reuses = create().decoder.requires.includes("causal");
    expect([hits > 0, positionsReused > 0]).toEqual([reuses, reuses]);
    await cached.prefixCache.clear();
    expect(causal!.openSessions() + draft!.openSessions()).toBe(0);
  });

  test("has the same events if several decodes with one beginning run at the same time", async () => {
    const plain = models();
    const cached = withPrefixCache(models());
    const start = Int32Array.of(3, 1, 4, 1, 6);
    await eventsOf(cached, create(), { prompt: start, seed: 0, abortAfter: undefined, isProcessed: false });
    const turns = [0, 1, 2, 3].map((seed): Turn => ({
      prompt: Int32Array.of(...start, seed),
      seed,
      abortAfter: seed === 2 ? 3 : undefined,
      isProcessed: seed === 1,
    }));
    const together = await Promise.all(turns.map((turn) => eventsOf(cached, create(), turn)));
    for (const [index, turn] of turns.entries()) expect(together[index], `decode ${index}`).toEqual(await eventsOf(plain, create(), turn));
  });
});

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  "after any calls on sessions, rows are those of the tokens that the session holds, walk %d",
  async (seed) => {
    const { causal } = models();
    const cached = withPrefixCache(causal!, { maxBytes: 300 });
    // Each walk begins with sessions that the walks before it have left.
    for (let walk = 0; walk < 6; walk++) {
      await walkSessions({
        model: { ...cached, contextLength: 24 },
        seed: 100 * seed + walk,
        steps: 40,
        beginAlike: true,
        expectRow: (row, tokens, what) => expect([...row], what).toEqual([...rowOf(tokens, 1)]),
      });
    }
    expect(cached.prefixCache.statistics().hits).toBeGreaterThan(2);
  },
);

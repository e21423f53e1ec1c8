/// <reference types="node" />
import { readFileSync } from "node:fs";
import { type Drafter, type DraftContext, draftFrom, type RandomSource, seededRandom } from "@decodekit/core";
import { countingModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { promptLookup } from "../drafters/prompt-lookup.ts";
import { suffix } from "../drafters/suffix.ts";
import { autoDraftLength } from "./auto.ts";
import { type DraftLengthPolicy, fixedDraftLength } from "./policy.ts";

// Drafts for greedy answers of a chat model, which are known, and times of its passes, which were measured once: what is accepted, and what
// it costs, is exact and depends on no machine. tests/src/real-model has the model; the file says how its answers were made.

interface Answer {
  readonly kind: string;
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
}

const { answers } = JSON.parse(readFileSync(new URL("../../golden/chat-answers.json", import.meta.url), "utf8")) as {
  readonly answers: readonly Answer[];
};
const kinds = [...new Set(answers.map(({ kind }) => kind))];

/** Time of a pass by its number of rows, in passes of one row: SmolLM2-135M-Instruct on two cores, after 300 tokens. */
const FILES: Readonly<Record<string, readonly (readonly [rows: number, time: number])[]>> = {
  "float32, native": [
    [1, 1],
    [2, 1.03],
    [5, 1.06],
    [7, 1.12],
    [9, 1.34],
    [17, 1.56],
    [33, 1.94],
    [49, 2.5],
  ],
  "4 bits, native": [
    [1, 1],
    [2, 1.12],
    [3, 1.29],
    [5, 1.41],
    [9, 1.66],
    [17, 1.95],
    [33, 2.57],
    [49, 3.14],
  ],
  "4 bits, native, two rows as slow as two passes": [
    [1, 1],
    [2, 1.8],
    [5, 1.8],
    [9, 2.4],
    [17, 3.2],
    [33, 4.8],
  ],
  "float32, WASM": [
    [1, 1],
    [3, 1.06],
    [5, 1.2],
    [9, 1.43],
    [13, 1.87],
    [17, 2.18],
    [33, 3.33],
    [49, 4.52],
  ],
  "4 bits, WASM": [
    [1, 1],
    [2, 1.06],
    [4, 1.22],
    [9, 1.34],
    [17, 1.58],
    [33, 2.06],
    [49, 2.62],
  ],
};

const drafters: Readonly<Record<string, () => Drafter<never>>> = { "prompt-lookup": promptLookup, suffix: () => suffix() };
/** How near auto comes to the best fixed length. The best for three answers is known only afterwards, and partly their luck. */
const bounds: Readonly<Record<string, { readonly kind: number; readonly mean: number }>> = {
  "prompt-lookup": { kind: 0.8, mean: 0.95 },
  suffix: { kind: 0.9, mean: 0.98 },
};
const FIXED = [1, 2, 4, 8, 16, 32];

/** Other load on the machine: the factor by which the next round takes longer. */
const machines: Readonly<Record<string, (random: RandomSource) => () => number>> = {
  quiet: () => () => 1,
  busy: (random) => () => (0.9 + 0.2 * random.uniform()) * (random.bernoulli(0.15) ? 1 + random.uniform() : 1),
};

describe.each(Object.keys(FILES))("%s", (file) => {
  test.each(Object.keys(drafters).flatMap((drafter) => Object.keys(machines).map((machine) => [drafter, machine] as const)))(
    "auto with %s is as fast as the best fixed length for each kind of task, and never slower than plain passes, machine %s",
    async (name, machine) => {
      const policy = autoDraftLength();
      const target = countingModel();
      const slowness = machines[machine]!(seededRandom(1));
      const ratios: number[] = [];
      for (const kind of kinds) {
        const auto = await speedOf(kind, { file, drafter: drafters[name]!(), policy, target, slowness });
        const fixed: number[] = [];
        for (const length of FIXED) {
          const setting = { file, drafter: drafters[name]!(), policy: fixedDraftLength(length), target, slowness: () => 1 };
          fixed.push(await speedOf(kind, setting));
        }
        const ratio = auto / Math.max(1, ...fixed);
        ratios.push(ratio);
        expect(ratio, kind).toBeGreaterThan(bounds[name]!.kind);
        expect(auto, kind).toBeGreaterThan(0.97);
      }
      expect(ratios.reduce((all, ratio) => all * ratio) ** (1 / ratios.length)).toBeGreaterThan(bounds[name]!.mean);
    },
  );

  test.each(Object.keys(drafters))("the first decode of auto with %s is nearly as fast as later ones", async (name) => {
    const speeds = { first: 0, later: 0 };
    const policy = autoDraftLength();
    for (const kind of kinds) {
      const setting = { file, drafter: drafters[name]!(), slowness: () => 1 };
      speeds.later += await speedOf(kind, { ...setting, policy, target: policyTarget });
      speeds.first += await speedOf(kind, { ...setting, policy: undefined, target: policyTarget });
    }
    expect(speeds.first).toBeGreaterThan(0.9 * speeds.later);
  });
});

const policyTarget = countingModel();

interface Setting {
  readonly file: string;
  readonly drafter: Drafter<never>;
  /** Undefined for a new "auto" in each decode. */
  readonly policy: DraftLengthPolicy | undefined;
  readonly target: ReturnType<typeof countingModel>;
  readonly slowness: () => number;
}

/** Tokens per plain pass over all answers of a kind, with the times of a quiet machine. */
async function speedOf(kind: string, setting: Setting): Promise<number> {
  let [tokens, time] = [0, 0];
  for (const answer of answers.filter((each) => each.kind === kind)) {
    tokens += answer.tokens.length - 1;
    time += await timeOf(answer, setting);
  }
  return tokens / time;
}

async function timeOf(
  { prompt, tokens }: Answer,
  { file, drafter, policy = autoDraftLength(), target, slowness }: Setting,
): Promise<number> {
  const session = await drafter.start({ prompt: Int32Array.from(prompt), vocabSize: 49_152 } as DraftContext<never>);
  const control = policy.start(target, drafter);
  session.observe({ tokens: Int32Array.of(tokens[0]!), drafted: 0, accepted: 0 });
  let total = 0;
  for (let place = 1; place < tokens.length;) {
    const most = tokens.length - place - 1;
    const max = Math.min(control.next(), most);
    const maxConfident = Math.min(control.confident?.maximum ?? 0, most);
    let drafted: Int32Array = new Int32Array(0);
    if (max > 0 || maxConfident > 0) {
      const request = { max, maxDepth: max, random: seededRandom(0), ...(maxConfident > max && { maxConfident }) };
      const draft = (await draftFrom(session, request).next()).value as { tokens: Int32Array; confidences: Float64Array };
      drafted = control.confident ? draft.tokens.subarray(0, control.confident.cut(draft)) : draft.tokens;
    }
    let accepted = 0;
    while (accepted < drafted.length && drafted[accepted] === tokens[place + accepted]) accepted++;
    const time = passTime(file, drafted.length + 1);
    total += time;
    const committed = Int32Array.from(tokens.slice(place, place + accepted + 1));
    const milliseconds = 40 * time * slowness();
    control.observe({ requested: max, drafted: drafted.length, accepted, committed, milliseconds, passMilliseconds: milliseconds });
    session.observe({ tokens: committed, drafted: drafted.length, accepted });
    place += accepted + 1;
  }
  return total;
}

/** Interpolates linearly, and extrapolates beyond the last point. */
function passTime(file: string, rows: number): number {
  const points = FILES[file]!;
  const after = points.findIndex(([known]) => known >= rows);
  const end = after < 0 ? points.length - 1 : Math.max(1, after);
  const [from, to] = [points[end - 1]!, points[end]!];
  return from[1] + ((to[1] - from[1]) * (rows - from[0])) / (to[0] - from[0]);
}

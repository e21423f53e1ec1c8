import { type RandomSource, seededRandom } from "@decodekit/core";
import { countingModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { autoDraftLength } from "./auto.ts";
import { type DraftLengthPolicy, fixedDraftLength } from "./policy.ts";

/** Milliseconds of a pass of the embedded story model by its rows less one, as once measured on one core of a server. */
const nativePass = curve({ 0: 0.71, 1: 0.96, 2: 1.1, 3: 1.19, 4: 1.3, 5: 1.35, 8: 1.75, 16: 2.3 });
const wasmPass = curve({ 0: 1.27, 1: 1.3, 2: 1.67, 3: 1.9, 4: 2.11, 5: 2.53, 8: 3.65, 16: 5.9 });

interface Work {
  readonly name: string;
  /** Milliseconds of a round that drafts `length` tokens. */
  readonly cost: (length: number) => number;
  /** How often a token stands when those before it did, on average over decodes. */
  readonly standing: number | readonly number[];
  /** How often the drafter has an idea. @defaultValue 1 */
  readonly ideas?: number;
}

const works: readonly Work[] = [
  {
    name: "a masked draft that does not pay",
    cost: (length) => (length > 0 ? 2 * nativePass(length) + 0.1 : 0.71),
    standing: [0.92, 0.79, 0.63, 0.5, 0.4, 0.3],
  },
  { name: "a draft model", cost: (length) => nativePass(length) + 0.19 * length, standing: 0.8 },
  { name: "a draft model on WASM", cost: (length) => wasmPass(length) + 0.26 * length, standing: 0.8 },
  { name: "a corpus that helps now and then", cost: nativePass, standing: 0.62, ideas: 0.42 },
  { name: "copying", cost: nativePass, standing: 0.96 },
  { name: "copying on WASM", cost: wasmPass, standing: 0.96 },
  { name: "guesses that hardly ever stand", cost: nativePass, standing: 0.15 },
  { name: "a large model", cost: (length) => 6 + 0.5 * length, standing: 0.8 },
];

/** What else the machine does: how many times longer the next round takes. */
const machines: Readonly<Record<string, (random: RandomSource) => () => number>> = {
  quiet: () => () => 1,
  "that slows one round in three": (random) => () => (random.bernoulli(1 / 3) ? 1 + 8 * random.uniform() : 1),
  "that is slow for a while": (random) => {
    let slowness = 1;
    return () => {
      if (random.bernoulli(0.01)) slowness = 1 + 1.5 * random.uniform();
      return slowness * (1 + 0.15 * random.uniform());
    };
  },
};

describe.each(works)("with $name", (work) => {
  const best = Math.max(1 / work.cost(0), ...[1, 2, 4, 8, 16].map((length) => speedOf(() => fixedDraftLength(length), work)));

  test.each(Object.keys(machines))("auto is as fast as the best length or none, within a tenth, on a machine %s", (machine) => {
    expect(speedOf(() => autoDraftLength(), work, machines[machine])).toBeGreaterThan(0.9 * best);
  });
});

/** Tokens per millisecond of rounds as they take on a quiet machine, over decodes of 96 tokens, the first one of each policy aside. */
function speedOf(create: () => DraftLengthPolicy, { cost, standing, ideas = 1 }: Work, machine = machines.quiet!): number {
  let [tokens, time] = [0, 0];
  for (const seed of [1, 2, 3]) {
    const [policy, target, random] = [create(), countingModel(), seededRandom(seed)];
    const slowness = machine(seededRandom(seed).fork(1));
    for (let decode = 0; decode < 32; decode++) {
      const control = policy.start(target);
      const ease = 0.85 + 0.3 * random.uniform();
      for (let written = 0; written < 96;) {
        const asked = Math.min(control.next(), 95 - written);
        const drafted = random.bernoulli(ideas) ? asked : 0;
        let accepted = 0;
        while (accepted < drafted && random.bernoulli(Math.min(0.995, ease * standingAt(accepted, standing)))) accepted++;
        control.observe({ asked, drafted, accepted, milliseconds: cost(drafted) * slowness() });
        written += 1 + accepted;
        if (decode === 0) continue;
        tokens += 1 + accepted;
        time += cost(drafted);
      }
    }
  }
  return tokens / time;
}

function standingAt(place: number, standing: Work["standing"]): number {
  return typeof standing === "number" ? standing : (standing[place] ?? standing.at(-1)!);
}

/** Straight lines between the points, on beyond the last. */
function curve(points: Readonly<Record<number, number>>): (x: number) => number {
  const known = Object.keys(points).map(Number);
  return (x) => {
    const after = known.findIndex((each) => each >= x);
    const end = after < 0 ? known.length - 1 : Math.max(1, after);
    const [from, to] = [known[end - 1]!, known[end]!];
    return points[from]! + ((points[to]! - points[from]!) * (x - from)) / (to - from);
  };
}

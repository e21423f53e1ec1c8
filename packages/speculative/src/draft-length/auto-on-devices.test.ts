import { type RandomSource, seededRandom } from "@decodekit/core";
import { countingModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { autoDraftLength } from "./auto.ts";
import { type DraftLengthPolicy, fixedDraftLength } from "./policy.ts";

type Curve = (x: number) => number;

/** Milliseconds of a pass of the embedded story model by its number of rows minus one, measured once on one core of a server. */
const native = curve({ 0: 0.65, 1: 0.75, 2: 0.82, 3: 0.88, 4: 0.93, 5: 1, 8: 1.3, 16: 1.9 });
const wasm = curve({ 0: 1.27, 1: 1.3, 2: 1.67, 3: 1.9, 4: 2.11, 5: 2.53, 8: 3.65, 16: 5.9 });
const padded: Curve = (tokens) => 4 + 0.35 * tokens;

/** A drafter, or one of a cascade. */
interface Source {
  /** Milliseconds that it takes for `tokens` drafted tokens. */
  readonly takes?: Curve;
  /** Acceptance rate of a token after accepted ones, averaged over decodes. */
  readonly acceptance: number | readonly number[];
  /** Probability that the draft ends after a token. @defaultValue 0 */
  readonly stops?: number;
}

interface Work {
  readonly name: string;
  /** Milliseconds of the target's pass. */
  readonly pass: Curve;
  /** Asked in order: each has a draft in this share of rounds. */
  readonly sources: readonly (readonly [ideas: number, source: Source])[];
}

const lookup: Source = { acceptance: [0.72, 0.85], stops: 0.3 };
const masked = (pass: Curve): Source => ({ takes: (tokens) => pass(tokens) + 0.1, acceptance: [0.92, 0.79, 0.63, 0.5, 0.4, 0.3] });
const draftModel = (perPass: number): Source => ({ takes: (tokens) => perPass * tokens, acceptance: 0.8 });

const works: readonly Work[] = [
  { name: "a masked draft that hardly pays off", pass: native, sources: [[1, masked(native)]] },
  { name: "a draft model", pass: native, sources: [[1, draftModel(0.22)]] },
  { name: "a draft model on WASM", pass: wasm, sources: [[1, draftModel(0.26)]] },
  { name: "a draft model of a large model", pass: padded, sources: [[1, draftModel(0.22)]] },
  { name: "a corpus that helps now and then", pass: native, sources: [[0.55, lookup]] },
  { name: "a corpus on WASM", pass: wasm, sources: [[0.55, lookup]] },
  {
    name: "a corpus, then a masked draft",
    pass: native,
    sources: [
      [0.55, lookup],
      [1, masked(native)],
    ],
  },
  {
    name: "a corpus, then a draft model",
    pass: native,
    sources: [
      [0.55, lookup],
      [1, draftModel(0.22)],
    ],
  },
  { name: "copying", pass: native, sources: [[0.95, { acceptance: 0.96 }]] },
  { name: "copying on WASM", pass: wasm, sources: [[0.95, { acceptance: 0.96 }]] },
  { name: "drafts that are hardly ever accepted", pass: native, sources: [[1, { acceptance: 0.15 }]] },
];

/** Other load on the machine: the factor by which the next round takes longer. */
const machines: Readonly<Record<string, (random: RandomSource) => () => number>> = {
  quiet: () => () => 1,
  "that slows one round in three": (random) => () => (random.bernoulli(1 / 3) ? 1 + 8 * random.uniform() : 1),
  "that is slow for a while": (random) => {
    let slowness = 1;
    return () => {
      if (random.bernoulli(0.01)) slowness = 1 + 0.6 * random.uniform();
      const hitch = random.bernoulli(0.05) ? 1 + random.uniform() : 1;
      return slowness * hitch * (0.95 + 0.1 * random.uniform());
    };
  },
};

describe.each(works)("with $name", (work) => {
  const best = Math.max(1 / work.pass(0), ...[1, 2, 3, 4, 6, 8, 16].map((length) => speedOf(() => fixedDraftLength(length), work)));

  test.each(Object.keys(machines))(
    "auto is within a tenth of the better of the best length and plain decoding, on a machine %s",
    (machine) => {
      expect(speedOf(() => autoDraftLength(), work, machines[machine])).toBeGreaterThan(0.9 * best);
    },
  );
});

/** Tokens per millisecond, with the times of a quiet machine, over decodes of 96 tokens without each policy's first. */
function speedOf(create: () => DraftLengthPolicy, work: Work, machine = machines.quiet!): number {
  let [tokens, time] = [0, 0];
  for (const seed of [1, 2, 3, 4]) {
    const [policy, target, random] = [create(), countingModel(), seededRandom(seed)];
    const slowness = machine(seededRandom(seed).fork(1));
    for (let decode = 0; decode < 48; decode++) {
      const control = policy.start(target);
      const rounds = simulatedRounds(work, random);
      for (let written = 0; written < 96;) {
        const round = rounds(Math.min(control.next(), 95 - written));
        const slowed = slowness();
        control.observe({ ...round, milliseconds: round.milliseconds * slowed, passMilliseconds: round.passMilliseconds * slowed });
        written += 1 + round.accepted;
        if (decode === 0) continue;
        tokens += 1 + round.accepted;
        time += round.milliseconds;
      }
    }
  }
  return tokens / time;
}

/** The rounds of a decode, some of them easier than others, or more similar to what the first drafter knows. */
function simulatedRounds({ pass, sources }: Work, random: RandomSource) {
  const ease = 0.85 + 0.3 * random.uniform();
  const shift = 0.35 * (2 * random.uniform() - 1);
  // The first plain passes after a draft, and the first draft after plain passes, take longer.
  let cold = 0;
  let plainInRow = 0;
  return (requested: number) => {
    if (requested === 0) {
      const milliseconds = pass(0) * (1 + cold);
      cold *= 0.6;
      plainInRow++;
      return { requested, drafted: 0, accepted: 0, milliseconds, passMilliseconds: milliseconds };
    }
    const source = sources.find(([ideas]) => ideas === 1 || random.bernoulli(Math.min(1, ideas + shift)))?.[1];
    const drafted = source ? draftedOf(source, requested, random) : 0;
    let accepted = 0;
    while (accepted < drafted && random.bernoulli(Math.min(0.995, ease * standingAt(accepted, source!.acceptance)))) accepted++;
    const passMilliseconds = pass(drafted) * (drafted === 0 ? 1.12 : 1);
    const milliseconds = (passMilliseconds + (source?.takes?.(drafted) ?? 0)) * (plainInRow > 4 ? 1.2 : 1);
    plainInRow = 0;
    if (drafted > 0) cold = 0.35;
    return { requested, drafted, accepted, milliseconds, passMilliseconds };
  };
}

function draftedOf({ stops = 0 }: Source, requested: number, random: RandomSource): number {
  let drafted = 1;
  while (drafted < requested && !random.bernoulli(stops)) drafted++;
  return drafted;
}

function standingAt(place: number, acceptance: Source["acceptance"]): number {
  return typeof acceptance === "number" ? acceptance : (acceptance[place] ?? acceptance.at(-1)!);
}

/** Interpolates linearly between the points, and extrapolates beyond the last. */
function curve(points: Readonly<Record<number, number>>): Curve {
  const known = Object.keys(points).map(Number);
  return (x) => {
    const after = known.findIndex((each) => each >= x);
    const end = after < 0 ? known.length - 1 : Math.max(1, after);
    const [from, to] = [known[end - 1]!, known[end]!];
    return points[from]! + ((points[to]! - points[from]!) * (x - from)) / (to - from);
  };
}

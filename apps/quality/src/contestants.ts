import { builtInDecoders, parseDecoder } from "@decodekit/compare";
import type { Decoder } from "@decodekit/core";
import {
  type JudgedTreeOptions,
  type SuccessorPrior,
  adaptive,
  judgedTree,
  leftToRight,
  refine,
  reopenDoubted,
  threshold,
} from "@decodekit/refinement";
import { topPSampler } from "@decodekit/top-p";
import { suffix, speculative } from "@decodekit/speculative";
import { noRepeat } from "./no-repeat.ts";

/** A decoder in the comparison. */
export interface Contestant {
  readonly name: string;
  /** What it belongs to, for the plot's colours. */
  readonly family: "reference" | "speculative" | "refine" | "hybrid";
  readonly decoder: Decoder;
}

/** Gives those that are to be measured, one after the other. */
export type InTurn = (all: readonly Contestant[]) => Iterable<Contestant>;

/** One that the command knows too, under the same name. */
function named(family: Contestant["family"], specification: string): Contestant {
  return { name: specification, family, decoder: parseDecoder(specification, builtInDecoders).decoder };
}

const SAMPLING = "top-p:p=0.95,temperature=0.8";
const SAMPLER = topPSampler({ p: 0.95, temperature: 0.8 });

/** `prior` is what the model says follows each of its tokens. */
export function storyContestants(prior: SuccessorPrior): Contestant[] {
  return [
    named("reference", "greedy"),
    named("reference", SAMPLING),
    named("speculative", "speculative:drafter=masked-draft,draftLength=4"),
    named("speculative", "denoise-draft"),
    ...["threshold=0.9", "threshold=0.6", "threshold=0.4", "threshold=0.25"].map((each) =>
      named("refine", `refine:preset=fast-dllm,blockLength=8,${each}`),
    ),
    ...["bound=1", "bound=2"].map((each) => named("refine", `refine:preset=eb-sampler,blockLength=8,${each}`)),
    named("refine", "refine:preset=wino,blockLength=8"),
    { name: "refine: two a step", family: "refine", decoder: refine({ blockLength: 8, steps: 4 }) },
    { name: "refine: two left to right", family: "refine", decoder: refine({ select: leftToRight(), blockLength: 8, steps: 4 }) },
    ...["", ":rounds=2", ":tolerance=2,rounds=2"].map((each) => named("hybrid", `ar-critic${each}`)),
    named("hybrid", "ar-then-refine"),
    ...["threshold=0.7", "threshold=0.4"].map((each) => named("hybrid", `confidence-cascade:${each}`)),
    ...["worth=0", "worth=0.5", "worth=1", "worth=1.5", "worth=1.5,nodes=64,branches=12", "worth=2,nodes=128,branches=16"].map((each) =>
      named("hybrid", `judged-tree:${each}`),
    ),
    ...[8, 16].flatMap((nodes) => [0, 1].map((worth) => tree("prior", { worth, nodes, prior }))),
    ...[0, 1, 2, 3].map((worth) => tree("prior", { worth, nodes: 64, branches: 16, prior })),
    ...[0, 0.5, 1, 2].map((worth) => tree("prior, sampled", { worth, nodes: 64, branches: 16, prior, sampler: SAMPLER })),
    tree("prior, sampled", { worth: 2, nodes: 128, branches: 16, prior, sampler: SAMPLER }),
    ...[0, 1, 2, 2.5].map((worth) =>
      tree("prior, no 4 tokens twice", { worth, nodes: 64, branches: 16, prior, processors: [noRepeat(4)] }),
    ),
  ];
}

function tree(extras: string, options: JudgedTreeOptions): Contestant {
  return { name: `judged-tree:worth=${options.worth},nodes=${options.nodes}, ${extras}`, family: "hybrid", decoder: judgedTree(options) };
}

export function editContestants(): Contestant[] {
  return [
    named("reference", "greedy"),
    named("reference", SAMPLING),
    named("speculative", "speculative:drafter=suffix,draftLength=8"),
    { name: "speculative: suffix, 24", family: "speculative", decoder: speculative({ drafter: suffix(), draftLength: 24 }) },
    named("speculative", "denoise-draft"),
    ...["threshold=0.9", "threshold=0.6", "threshold=0.4"].map((each) => named("refine", `refine:preset=fast-dllm,blockLength=16,${each}`)),
    named("refine", "refine:preset=llada-2.1,blockLength=16,threshold=0.6,editThreshold=0.6"),
    named("hybrid", "ar-critic:blockLength=16"),
    named("hybrid", "ar-then-refine"),
    named("hybrid", "confidence-cascade:threshold=0.7,blockLength=16"),
    ...["worth=0,nodes=12", "worth=0", "worth=0,nodes=64,depth=48", "worth=0.5,nodes=64,depth=48"].map((each) =>
      named("hybrid", `judged-tree:${each}`),
    ),
  ];
}

const CELLS = 36;

export function puzzleContestants(): Contestant[] {
  const parallel = (bound: number) => ({ select: threshold({ threshold: bound }), schedule: adaptive(), blockLength: CELLS });
  return [
    named("reference", "greedy"),
    named("reference", SAMPLING),
    named("speculative", "speculative:drafter=masked-draft,draftLength=4"),
    named("speculative", "denoise-draft:draftLength=12,steps=4"),
    { name: "refine: one a step", family: "refine", decoder: refine({ blockLength: CELLS }) },
    ...[0.9, 0.95, 0.99].map((bound) => ({
      name: `refine: threshold ${bound}`,
      family: "refine" as const,
      decoder: refine(parallel(bound)),
    })),
    ...[0.7, 0.9, 0.95, 0.99].map((bound) => ({
      name: `refine: threshold ${bound}, reopening`,
      family: "refine" as const,
      decoder: refine({ ...parallel(bound), revise: reopenDoubted(), steps: CELLS - 2 }),
    })),
    {
      name: "refine: threshold 0.99, reopening by leaving out",
      family: "refine",
      decoder: refine({ ...parallel(0.99), revise: reopenDoubted({ leaveOneOut: true }), steps: CELLS - 2 }),
    },
    named("refine", `refine:preset=wino,blockLength=${CELLS},steps=34,threshold=0.9`),
    named("refine", `refine:preset=llada-2.1,blockLength=${CELLS},threshold=0.9,editThreshold=0.5,steps=34`),
    named("refine", `refine:preset=mask-predict,blockLength=${CELLS},steps=10`),
    ...["diffusion-gemma", "d3pm"].map((each) => named("refine", `refine:preset=${each},blockLength=${CELLS},steps=34`)),
    {
      name: "refine: threshold 0.95, reopening, random tokens for masks",
      family: "refine",
      decoder: refine({ ...parallel(0.95), noise: "uniform", revise: reopenDoubted(), steps: CELLS - 2 }),
    },
    named("hybrid", `ar-critic:blockLength=${CELLS},rounds=6`),
    named("hybrid", `ar-then-refine:blockLength=${CELLS},rounds=6`),
    named("hybrid", `confidence-cascade:threshold=0.9,blockLength=${CELLS}`),
    named("hybrid", "judged-tree:worth=0"),
  ];
}

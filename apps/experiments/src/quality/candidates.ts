import { builtInDecoders, parseDecoder } from "@decodekit/compare";
import type { Decoder } from "@decodekit/core";
import { adaptive, editAbove, leftToRight, refine, remaskDoubted, threshold } from "@decodekit/refinement";
import { judgedTree, type JudgedTreeOptions, speculative, type SuccessorPrior, suffix } from "@decodekit/speculative";
import { topPSampler } from "@decodekit/top-p";
import { excerptOf } from "../tasks/excerpt-of.ts";
import { noRepeat } from "./no-repeat.ts";

/** A decoder in the comparison. */
export interface Candidate {
  readonly name: string;
  /** Kind of decoder, which sets its colour in the plot. */
  readonly family: "reference" | "speculative" | "refine" | "hybrid";
  readonly decoder: Decoder;
}

/** Iterates over the candidates to measure. */
export type SelectCandidates = (all: readonly Candidate[]) => Iterable<Candidate>;

/** Makes a candidate from a specification of the command. */
function named(family: Candidate["family"], specification: string): Candidate {
  return { name: specification, family, decoder: parseDecoder(specification, builtInDecoders).decoder };
}

const SAMPLING = "top-p:p=0.95,temperature=0.8";
const SAMPLER = topPSampler({ p: 0.95, temperature: 0.8 });

/** Returns the candidates for stories. `prior` is the model's prediction after each single token. */
export function storyCandidates(prior: SuccessorPrior): Candidate[] {
  return [
    named("reference", "greedy"),
    named("reference", SAMPLING),
    named("speculative", "speculative:drafter=masked-draft,draftLength=4"),
    named("speculative", "denoise-draft"),
    ...["threshold=0.9", "threshold=0.6", "threshold=0.4", "threshold=0.25"].map((each) =>
      named("refine", `fast-dllm:blockLength=8,${each}`),
    ),
    ...["bound=1", "bound=2"].map((each) => named("refine", `eb-sampler:blockLength=8,${each}`)),
    ...[0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4].map((bound) => ({
      name: `refine: threshold ${bound}, blocks of 32`,
      family: "refine" as const,
      decoder: refine({ select: threshold({ threshold: bound }), schedule: adaptive(), blockLength: 32 }),
    })),
    ...[0.9, 0.7, 0.5].map((bound) => ({
      name: `refine: threshold ${bound}, blocks of 32, editing`,
      family: "refine" as const,
      decoder: refine({
        select: threshold({ threshold: bound }),
        schedule: adaptive(),
        blockLength: 32,
        revise: editAbove({ threshold: 0.5 }),
      }),
    })),
    named("refine", "wino:blockLength=8"),
    { name: "refine: two per step", family: "refine", decoder: refine({ blockLength: 8, steps: 4 }) },
    { name: "refine: two left to right", family: "refine", decoder: refine({ select: leftToRight(), blockLength: 8, steps: 4 }) },
    ...["", ":rounds=2", ":tolerance=2,rounds=2"].map((each) => named("hybrid", `ar-critic${each}`)),
    named("hybrid", "ar-then-refine"),
    ...["threshold=0.7", "threshold=0.4"].map((each) => named("hybrid", `confidence-cascade:${each}`)),
    ...[
      "natsPerToken=0,rowCost=0",
      "natsPerToken=0.5",
      "natsPerToken=1",
      "natsPerToken=1.5",
      "natsPerToken=1.5,nodes=64,branches=12",
      "natsPerToken=2,nodes=128,branches=16",
    ].map((each) => named("hybrid", `judged-tree:${each}`)),
    ...[8, 16].flatMap((nodes) => [0, 1].map((natsPerToken) => tree("prior", { natsPerToken, nodes, prior }))),
    ...[0, 1, 2, 3].map((natsPerToken) => tree("prior", { natsPerToken, nodes: 64, branches: 16, prior })),
    ...[0, 0.5, 1, 2].map((natsPerToken) => tree("prior, sampled", { natsPerToken, nodes: 64, branches: 16, prior, sampler: SAMPLER })),
    tree("prior, sampled", { natsPerToken: 2, nodes: 128, branches: 16, prior, sampler: SAMPLER }),
    ...[0, 1, 2, 2.5].map((natsPerToken) =>
      tree("prior, no 4 tokens twice", { natsPerToken, nodes: 64, branches: 16, prior, processors: [noRepeat(4)] }),
    ),
  ];
}

/** Every tree is read whole, so that the passes do not depend on what they cost on a device. */
function tree(extras: string, options: JudgedTreeOptions): Candidate {
  return {
    name: `judged-tree:natsPerToken=${options.natsPerToken},nodes=${options.nodes}, ${extras}`,
    family: "hybrid",
    decoder: judgedTree({ rowCost: 0, ...options }),
  };
}

export function editCandidates(): Candidate[] {
  return [
    named("reference", "greedy"),
    named("reference", SAMPLING),
    named("speculative", "speculative:drafter=suffix,draftLength=8"),
    { name: "speculative: suffix, 24", family: "speculative", decoder: speculative({ drafter: suffix(), draftLength: 24 }) },
    named("speculative", "denoise-draft"),
    ...["threshold=0.9", "threshold=0.6", "threshold=0.4"].map((each) => named("refine", `fast-dllm:blockLength=16,${each}`)),
    named("refine", "llada-2.1:blockLength=16,threshold=0.6,editThreshold=0.6"),
    ...[0.9, 0.6].map((bound) => ({
      name: `refine: copy, threshold ${bound}`,
      family: "refine" as const,
      decoder: refine({ select: threshold({ threshold: bound }), schedule: adaptive(), blockLength: 32, original: excerptOf }),
    })),
    {
      name: "refine: copy, threshold 0.9, editing",
      family: "refine",
      decoder: refine({
        select: threshold(),
        schedule: adaptive(),
        blockLength: 32,
        original: excerptOf,
        revise: editAbove({ threshold: 0.5 }),
      }),
    },
    named("hybrid", "ar-critic:blockLength=16"),
    named("hybrid", "ar-then-refine"),
    named("hybrid", "confidence-cascade:threshold=0.7,blockLength=16"),
    ...[
      "natsPerToken=0,rowCost=0,nodes=12",
      "natsPerToken=0,rowCost=0",
      "natsPerToken=0,rowCost=0,nodes=64,depth=48",
      "natsPerToken=0.5,nodes=64,depth=48",
    ].map((each) => named("hybrid", `judged-tree:${each}`)),
  ];
}

const CELLS = 36;

export function puzzleCandidates(): Candidate[] {
  const parallel = (bound: number) => ({ select: threshold({ threshold: bound }), schedule: adaptive(), blockLength: CELLS });
  return [
    named("reference", "greedy"),
    named("reference", SAMPLING),
    named("speculative", "speculative:drafter=masked-draft,draftLength=4"),
    named("speculative", "denoise-draft:draftLength=12,steps=4"),
    { name: "refine: one per step", family: "refine", decoder: refine({ blockLength: CELLS }) },
    ...[0.9, 0.95, 0.97, 0.99].map((bound) => ({
      name: `refine: threshold ${bound}`,
      family: "refine" as const,
      decoder: refine(parallel(bound)),
    })),
    ...[0.7, 0.9, 0.95, 0.97, 0.99].map((bound) => ({
      name: `refine: threshold ${bound}, remasking`,
      family: "refine" as const,
      decoder: refine({ ...parallel(bound), revise: remaskDoubted(), steps: CELLS - 2 }),
    })),
    {
      name: "refine: threshold 0.99, remasking, leave-one-out",
      family: "refine",
      decoder: refine({ ...parallel(0.99), revise: remaskDoubted({ leaveOneOut: true }), steps: CELLS - 2 }),
    },
    named("refine", `wino:blockLength=${CELLS},steps=34,threshold=0.9`),
    named("refine", `llada-2.1:blockLength=${CELLS},threshold=0.9,editThreshold=0.5,steps=34`),
    named("refine", `mask-predict:blockLength=${CELLS},steps=10`),
    ...["diffusion-gemma", "d3pm"].map((each) => named("refine", `${each}:blockLength=${CELLS},steps=34`)),
    {
      name: "refine: threshold 0.95, remasking, random tokens for masks",
      family: "refine",
      decoder: refine({ ...parallel(0.95), noise: "uniform", revise: remaskDoubted(), steps: CELLS - 2 }),
    },
    named("hybrid", `ar-critic:blockLength=${CELLS},rounds=6`),
    named("hybrid", `ar-then-refine:blockLength=${CELLS},rounds=6`),
    named("hybrid", `confidence-cascade:threshold=0.9,blockLength=${CELLS}`),
    named("hybrid", "judged-tree:natsPerToken=0,rowCost=0"),
  ];
}

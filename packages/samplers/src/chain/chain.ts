import {
  autoregressive,
  type Candidates,
  type Decoder,
  InvalidOptionError,
  type LogitsProcessor,
  type Sampler,
  type Sequence,
  type TokenId,
} from "@decodekit/core";
import { candidatesOf, countOf, drawDirectly, probabilitiesOf, PROCESSORS_OPTION, reusedArray } from "@decodekit/core/toolkit";
import { isChance } from "./chance.ts";

/** Logits processors in the order in which they are applied, as a sampler. */
export interface Chain extends Sampler {
  readonly processors: readonly LogitsProcessor[];
  /** Returns the labels of the processors in their order: "top-k(40) → temperature(0.8)". */
  toString(): string;
}

/**
 * Returns the sampler that applies `processors` in order to every row and draws from the softmax of what they leave. Its distribution is
 * computed in float64 from float32 logits, in arrays that the chain keeps. Where a processor leaves few tokens, those after it look at these
 * alone, and a draw allocates for these alone. A chain with a processor that acts by chance, such as XTC, computes a whole row per branch.
 *
 * The chain is a pure function of row and prefix, so every decoder that takes a sampler can take it, and drafts are verified against it.
 * Any number of decodes may share a chain. Only `mirostat` ties it to one model, whose rows it remembers.
 * @throws InvalidOptionError if `processors` is not an array of functions, or has `mirostat` after a processor that acts by chance.
 */
export function chain(processors: readonly LogitsProcessor[], { name = "chain" }: { readonly name?: string } = {}): Chain {
  if (!PROCESSORS_OPTION.accepts(processors))
    throw new InvalidOptionError({ where: "chain", option: "processors", expected: PROCESSORS_OPTION.expected, actual: processors });
  const steps = [...processors];
  checkOrder(steps);
  const pick: Sampler["pick"] = (probabilities, random) => random.categorical(probabilities);
  const toString = (): string => steps.map(labelOf).join(" → ") || "no processors";
  const shared = { name, processors: steps, pick, toString };
  if (steps.some((step) => isChance(step))) return { ...shared, distribution: mixture(steps) };

  let copy = new Float32Array(0);
  const reused = reusedArray();
  const left = (row: Float32Array, context: Sequence): Candidates => {
    if (copy.length !== row.length) copy = new Float32Array(row.length);
    copy.set(row);
    return applied(steps, candidatesOf(copy), context);
  };
  const distribution: Sampler["distribution"] = (row, context) => {
    const candidates = left(row, context);
    const spread = new Float64Array(row.length);
    if (!candidates.tokens) return probabilitiesOf(candidates, spread);
    const probabilities = probabilitiesOf(candidates, reused(countOf(candidates)));
    for (let place = 0; place < probabilities.length; place++) spread[candidates.tokens[place]!] = probabilities[place]!;
    return spread;
  };
  const draw = drawDirectly({ distribution, pick }, (row, context, random) => {
    const candidates = left(row, context);
    const place = random.categorical(probabilitiesOf(candidates, reused(countOf(candidates))));
    return candidates.tokens ? candidates.tokens[place]! : place;
  });
  return { ...shared, distribution, draw };
}

/**
 * Creates a decoder that samples every token with a chain of processors, see `chain`: one pass over the prompt, then one pass and one draw
 * for each token.
 * @throws InvalidOptionError if `processors` is not an array of functions.
 */
export function sampleWith(
  processors: readonly LogitsProcessor[],
  { name = "sample" }: { readonly name?: string } = {},
): Decoder<"causal"> {
  return autoregressive({ name, sampler: chain(processors, { name }) });
}

/** A branch of chance must not change what a processor remembers for the others. @throws InvalidOptionError if one would. */
function checkOrder(steps: readonly LogitsProcessor[]): void {
  const chance = steps.findIndex((step) => isChance(step));
  const later = chance < 0 ? undefined : steps.slice(chance).find((step) => "remembers" in step);
  if (!later) return;
  const expected = `in another order: ${labelOf(later)} must come before ${labelOf(steps[chance]!)}, which acts by chance`;
  throw new InvalidOptionError({ where: "chain", option: "processors", expected, actual: steps.map(labelOf).join(" → ") });
}

/** Applies `steps` to `candidates`, which it returns, or new ones of the same row if a step does not tell what it left. */
function applied(steps: readonly LogitsProcessor[], candidates: Candidates, context: Sequence): Candidates {
  let current = candidates;
  for (const step of steps) {
    if (step.narrow) {
      step.narrow(current, context);
      continue;
    }
    step(current.row, context);
    if (!current.tokens) continue;
    // A step that edits the row may allow other tokens, as forced tokens do.
    current = candidatesOf(current.row);
    keepPossible(current);
  }
  return current;
}

/** Keeps the tokens that are not forbidden: also one whose logit is NaN, which is an error when the row is read. */
function keepPossible(candidates: Candidates): void {
  const { row } = candidates;
  const tokens: TokenId[] = [];
  for (let token = 0; token < row.length; token++) if (row[token] !== -Infinity) tokens.push(token);
  candidates.keep(tokens);
}

/** Returns the distribution of a chain some of whose steps act by chance: the mean over all their branches. */
function mixture(steps: readonly LogitsProcessor[]): Sampler["distribution"] {
  const add = (from: number, candidates: Candidates, context: Sequence, weight: number, sum: Float64Array): void => {
    const at = steps.findIndex((step, index) => index >= from && isChance(step));
    const current = applied(steps.slice(from, at < 0 ? undefined : at), candidates, context);
    const step = steps[at];
    if (!step || !isChance(step)) return addDistribution(sum, current, weight);
    for (const { probability, narrow } of step.branches(current)) {
      const branch = candidatesOf(current.row.slice());
      if (current.tokens) branch.keep(current.tokens);
      narrow(branch);
      add(at + 1, branch, context, weight * probability, sum);
    }
  };
  return (row, context) => {
    const sum = new Float64Array(row.length);
    add(0, candidatesOf(row.slice()), context, 1, sum);
    return sum;
  };
}

function addDistribution(sum: Float64Array, candidates: Candidates, weight: number): void {
  const { tokens } = candidates;
  const probabilities = probabilitiesOf(candidates, new Float64Array(countOf(candidates)));
  for (let place = 0; place < probabilities.length; place++) sum[tokens ? tokens[place]! : place]! += weight * probabilities[place]!;
}

function labelOf(processor: LogitsProcessor): string {
  return processor.label ?? (processor.name || "a processor without a name");
}

import { argmax } from "./argmax.ts";

/**
 * Returns the probabilities of `logits`, shape (n,), computed in float64: exp(l / temperature) normalised, `temperature` > 0.
 * A logit of -Infinity has probability exactly 0.
 * @throws LogitsError if a logit is NaN or +Infinity, or all are -Infinity.
 */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  return softmaxInto(new Float64Array(logits.length), logits, temperature);
}

/** Writes what `softmax` returns to `probabilities`, shape (n,), and returns it. @throws LogitsError like softmax. */
export function softmaxInto(probabilities: Float64Array, logits: ArrayLike<number>, temperature: number): Float64Array {
  const maximum = logits[argmax(logits)]!;
  let sum = 0;
  for (let index = 0; index < logits.length; index++) {
    const weight = Math.exp((logits[index]! - maximum) / temperature);
    probabilities[index] = weight;
    sum += weight;
  }
  for (let index = 0; index < logits.length; index++) probabilities[index]! /= sum;
  return probabilities;
}

/**
 * Returns the natural logarithms of `softmax(logits)`, shape (n,), float64, without underflow.
 * @throws LogitsError like softmax.
 */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const normaliser = logSumExp(logits);
  return Float64Array.from(logits, (logit) => logit - normaliser);
}

/** Returns ln Σ exp(logits), float64. @throws LogitsError like softmax. */
export function logSumExp(logits: ArrayLike<number>): number {
  const maximum = logits[argmax(logits)]!;
  let sum = 0;
  for (let index = 0; index < logits.length; index++) sum += Math.exp(logits[index]! - maximum);
  return maximum + Math.log(sum);
}
